// base/json.h
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace thimble {

/// Objects keep the order in which they were written: files diff well.
using Json = nlohmann::ordered_json;

/// @throws Error naming the file, and the line of a syntax error.
Json read_json(const std::filesystem::path& file);
void write_json(const std::filesystem::path& file, const Json& json);

}  // namespace thimble
