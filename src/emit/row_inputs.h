// emit/row_inputs.h
#pragma once

#include <string>

#include "emit/files_of_program.h"

namespace thimble::emit {

/// Whether the caller supplies rows of some input: then the program has <name>_invoke_rows instead of <name>_invoke.
bool takes_rows(const Source& source);

/// What declares the function that computes the outputs, without a semicolon: "void person_invoke(void* arena)" or
/// "int person_invoke_rows(void* arena, person_read_row read_row, void* ctx)", with a pair of the latter for each input
/// that comes by rows (read_row_1, ctx_1).
std::string invoke_signature(const Source& source);

/// The type of the function that supplies an input's rows, with the comment that explains it.
std::string row_reader_type(const Source& source, const End& end);

/// static int take_input(...): has the caller write some rows.
std::string row_input_function(const Source& source, const RowInput& input);

/// The call of it in the invocation, which ends where the caller says so.
std::string row_input_call(const RowInput& input, const std::string& first, int count);

/// main.c's function that supplies an input's rows.
std::string example_row_reader(const Source& source, const End& end);

}  // namespace thimble::emit
