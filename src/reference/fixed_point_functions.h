// reference/fixed_point_functions.h
#pragma once

#include <cstdint>

namespace thimble::reference {

/// Transcendental functions in 32-bit fixed point, bit for bit as gemmlowp's fixedpoint.h computes them, on which
/// TensorFlow Lite's int8 SOFTMAX and LOGISTIC rest.
///
/// Qm.n is an int32 with m bits before the binary point and n = 31 - m behind it, sign aside: Q0.31 spans [-1, 1).
/// 1 is not representable in Q0.31; 2^31 - 1 stands for it.

/// exp(x) for x <= 0 in Q`integer_bits`, 0 <= integer_bits <= 5; the result is Q0.31.
///
/// x is split into a multiple of 1/4 and a rest in [-1/4, 0). The rest goes through a Taylor polynomial of degree four
/// around -1/8; each bit of the multiple contributes a tabulated factor exp(-2^k).
std::int32_t exp_on_negative_values(std::int32_t x, int integer_bits);

/// 1 / (1 + x) for x in [0, 1), both Q0.31, by three Newton-Raphson steps on half the denominator.
std::int32_t one_over_one_plus_x(std::int32_t x);

/// 1 / (1 + exp(-x)) for any x in Q`integer_bits`; the result is Q0.31.
std::int32_t logistic(std::int32_t x, int integer_bits);

}  // namespace thimble::reference
