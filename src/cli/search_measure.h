// cli/search_measure.h
#pragma once

#include <string>
#include <vector>

namespace thimble::cli {

/// `thimble search --stage measure`: the end of every search, which the training half leaves to the compiler. Emits
/// the C of what was found, measures it on the emulated board, draws the pictures and prints the table.
void search_measure(std::vector<std::string> arguments);

}  // namespace thimble::cli
