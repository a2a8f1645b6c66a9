// import/tflite_labels.h
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "import/tflite_file.h"

namespace thimble::import {

/// Name of the metadata entry in which our own files keep class names: one a line.
inline constexpr std::string_view labels_metadata = "thimble.labels";

/// The class names of a file: our own metadata entry or, as TensorFlow Lite's metadata writer packs them, the lines of
/// the first entry `*label*.txt` of a ZIP archive behind the FlatBuffer (APPNOTE 6.3, stored or deflated). Empty if
/// there are none; labels are a comfort, so a damaged archive counts as none.
std::vector<std::string> import_labels(const TfliteFile& file);

}  // namespace thimble::import
