// import/tflite_labels.h
#pragma once

#include <string>
#include <vector>

#include "import/tflite_file.h"

namespace thimble::import {

/// The class names that TensorFlow Lite's metadata writer packs behind the FlatBuffer: the lines of the first entry
/// `*label*.txt` of the ZIP archive at the end of the file (APPNOTE 6.3, stored or deflated). Empty if there is none;
/// labels are a comfort, so a damaged archive counts as none.
std::vector<std::string> import_labels(const TfliteFile& file);

}  // namespace thimble::import
