// A small baseline JPEG encoder, to have files of every sampling, with restart markers: what other encoders rarely
// write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace thimble::testing {

enum class Sampling { grey, full, half_width, half_both };  ///< grey, 4:4:4, 4:2:2, 4:2:0

struct JpegOptions {
  Sampling sampling = Sampling::half_both;
  int restart_interval = 0;  ///< Units between restart markers; 0: none.
  int step = 3;              ///< Quantization of every coefficient.
};

/// Encodes RGB pixels [height][width][3].
std::vector<std::byte> encode_jpeg(const std::vector<std::uint8_t>& pixels, int width, int height,
                                   const JpegOptions& options);

}  // namespace thimble::testing
