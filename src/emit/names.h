// emit/names.h
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace thimble::emit {

/// `name` in capitals, for include guards: "PERSON".
std::string upper_case(std::string_view name);

/// Text that is safe inside a C comment, whatever a model calls its tensors: printable, on one line, no end of comment.
std::string comment_text(std::string_view text);

/// A C string literal, quotes included.
std::string string_literal(std::string_view text);

/// A float constant that reads back as the same float: "0.0235294122f". The value must be finite.
std::string float_literal(float value);

/// "input" for the first of several tensors, "input_1" for the second.
std::string numbered(const std::string& what, std::size_t index);

/// "27,648": digits in groups, for comments.
std::string grouped(long long number);

}  // namespace thimble::emit
