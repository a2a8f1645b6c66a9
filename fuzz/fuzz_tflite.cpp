// Any bytes must become a graph that verifies and simplifies, or an Error. libFuzzer runs this over mutated inputs:
//   fuzz_tflite -max_len=65536 corpus/    with a few small .tflite files in corpus/ to start from
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.h"
#include "import/tflite_import.h"
#include "passes/passes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    thimble::passes::simplify(thimble::import::parse_tflite(std::as_bytes(std::span(data, size)), "fuzz"));
  } catch (const thimble::Error&) {
  }
  return 0;
}
