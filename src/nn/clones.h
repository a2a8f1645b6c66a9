// nn/clones.h
#pragma once

/// Compiles a function for several instruction sets; the right one is chosen when the program starts. libtorch does the
/// same inside, so that our loops may not stay behind at the compiler's baseline of SSE2. Products and sums contract to
/// fused multiply-adds where there are any.
///
/// THIMBLE_TARGET, where it is defined: for one instruction set, "x86-64-v3", where the sets want different loops.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define THIMBLE_CLONES \
  __attribute__((optimize("fp-contract=fast"), target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define THIMBLE_TARGET(set) __attribute__((optimize("fp-contract=fast"), target("arch=" set)))
#else
#define THIMBLE_CLONES
#endif

/// Before a loop: its iterations do not depend on each other, whatever the compiler cannot prove about its pointers.
#if defined(__clang__)
#define THIMBLE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define THIMBLE_INDEPENDENT _Pragma("GCC ivdep")
#endif
