// data/image_folder.h
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/image.h"

namespace thimble::data {

/// Pictures in folders or in uncompressed tar files. Three layouts:
///   [<part>/]<class>/<any name>.jpg   the folder that holds a picture is its class; a folder above it called train,
///                                     val, test (and the like, see part_names.h) is its part;
///   <label>_<any name>.jpg            no folders, names begin with a number and an underscore: that is the label.
/// Classes are numbered in alphabetical order of their names, or by number if all names are numbers. Files that are not
/// called .jpg, .jpeg, .png, .bmp, .pgm or .ppm are left out, and so are hidden ones.

/// Whether a folder holds pictures in one of the layouts. Looks at no more files than it needs.
bool holds_pictures(const std::filesystem::path& folder);

/// Reads all pictures, with one thread a core. Pictures of different sizes need options.height or width; where grey and
/// colour are mixed, options.channels 0 means 3. @throws Error naming the file that is damaged or in no class folder.
SampleTable read_image_folder(const std::filesystem::path& folder, const std::string& name,
                              const ImageOptions& options);

/// The same from tar files, whose members' names are such paths. Where these say no part, the archive's own name does
/// ("train-1.tar"), if all archives' names do.
SampleTable read_image_tars(const std::vector<std::filesystem::path>& archives, const std::string& name,
                            const ImageOptions& options);

}  // namespace thimble::data
