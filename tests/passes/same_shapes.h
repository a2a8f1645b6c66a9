// Whether two graphs are one network but for values: tensor for tensor the same shape, operator for operator the same.
#pragma once

#include <gtest/gtest.h>

#include "ir/graph.h"

namespace thimble::testing {

inline void expect_same_shapes(const ir::Graph& graph, const ir::Graph& expected) {
  ASSERT_EQ(graph.tensors.size(), expected.tensors.size());
  ASSERT_EQ(graph.ops.size(), expected.ops.size());
  for (std::size_t i = 0; i < graph.tensors.size(); ++i)
    ASSERT_EQ(ir::text_of(graph.tensors[i].shape), ir::text_of(expected.tensors[i].shape)) << expected.tensors[i].name;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    ASSERT_EQ(graph.ops[i].inputs, expected.ops[i].inputs);
    ASSERT_EQ(ir::macs_of(graph, graph.ops[i]), ir::macs_of(expected, expected.ops[i]));
  }
}

}  // namespace thimble::testing
