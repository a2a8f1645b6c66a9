#include "ir/verify.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/index.h"
#include "ir/partial_sums.h"
#include "ir/shapes.h"

namespace thimble::ir {

namespace {

/// How many inputs an operator takes: at least and at most.
struct Arity {
  std::size_t least = 1;
  std::size_t most = 1;
};

constexpr std::size_t any_number = 1'000'000;

Arity arity_of(const Operator& op) {
  return std::visit(Overloaded{
                        [](const Conv2D&) {
                          return Arity{3, 4};
                        },
                        [](const DepthwiseConv2D&) {
                          return Arity{3, 3};
                        },
                        [](const FullyConnected&) {
                          return Arity{3, 3};
                        },
                        [](const Add&) {
                          return Arity{2, 2};
                        },
                        [](const Sub&) {
                          return Arity{2, 2};
                        },
                        [](const Mul&) {
                          return Arity{2, 2};
                        },
                        [](const Concat&) {
                          return Arity{1, any_number};
                        },
                        [](const Pack&) {
                          return Arity{1, any_number};
                        },
                        [](const TiledBlock&) {
                          return Arity{7, 7};
                        },
                        [](const StridedSlice&) {
                          return Arity{4, 4};
                        },
                        [](const Reshape&) {
                          return Arity{1, 2};
                        },
                        [](const auto&) {
                          return Arity{1, 1};
                        },
                    },
                    op);
}

bool is_optional(const Operator& op, std::size_t input) {
  const bool has_bias = std::holds_alternative<Conv2D>(op) || std::holds_alternative<DepthwiseConv2D>(op) ||
                        std::holds_alternative<FullyConnected>(op);
  const bool is_sums = std::holds_alternative<Conv2D>(op) && input == sums_input;
  const bool is_block = std::holds_alternative<TiledBlock>(op);
  const bool is_bias = is_block ? input > 0 && input % 2 == 0 : has_bias && input == 2;
  return is_bias || is_sums;
}

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph), known_(graph.tensors.size(), false) {}

  void run() {
    for (const Tensor& tensor : graph_.tensors) check_tensor(tensor);
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i) known_[i] = graph_.tensors[i].is_constant();
    for (const TensorId id : graph_.inputs) {
      check_id(id, "a graph input");
      if (known_[to_index(id)]) fail("{}: tensor \"{}\" is a graph input twice, or constant", graph_.name, name(id));
      known_[to_index(id)] = true;
    }
    for (const Op& op : graph_.ops) check_op(op);
    for (const TensorId id : graph_.outputs) {
      check_id(id, "a graph output");
      if (!known_[to_index(id)]) fail("{}: output \"{}\" is never computed", graph_.name, name(id));
    }
  }

 private:
  const std::string& name(TensorId id) const { return graph_.tensor(id).name; }

  void check_id(TensorId id, std::string_view what) const {
    if (id < 0 || to_index(id) >= graph_.tensors.size())
      fail("{}: {} is tensor {}, which does not exist", graph_.name, what, id);
  }

  void check_tensor(const Tensor& tensor) const {
    std::int64_t elements = 1;
    for (const int size : tensor.shape) {
      if (size < 0) fail("{}: tensor \"{}\" has a negative dimension", graph_.name, tensor.name);
      elements *= size;
      if (elements > (std::int64_t{1} << 31)) fail("{}: tensor \"{}\" is too large", graph_.name, tensor.name);
    }
    if (tensor.is_constant() && static_cast<std::int64_t>(tensor.data->size()) != tensor.bytes()) {
      fail("{}: constant \"{}\" has {} bytes, its shape {} needs {}", graph_.name, tensor.name, tensor.data->size(),
           text_of(tensor.shape), tensor.bytes());
    }
    if (!tensor.quantization) return;
    const Quantization& q = *tensor.quantization;
    if (q.scale.empty()) fail("{}: tensor \"{}\" has an empty quantization", graph_.name, tensor.name);
    if (!q.zero_point.empty() && q.zero_point.size() != q.scale.size()) {
      fail("{}: tensor \"{}\" has {} scales and {} zero points", graph_.name, tensor.name, q.scale.size(),
           q.zero_point.size());
    }
    if (q.scale.size() > 1 && (q.axis < 0 || to_index(q.axis) >= tensor.shape.size() ||
                               static_cast<int>(q.scale.size()) != tensor.shape[to_index(q.axis)])) {
      fail("{}: tensor \"{}\" of {} has {} scales along dimension {}", graph_.name, tensor.name, text_of(tensor.shape),
           q.scale.size(), q.axis);
    }
  }

  void check_op(const Op& op) {
    const std::string_view kind = name_of(op.kind);
    if (op.outputs.size() != 1) fail("{}: a {} has {} outputs, not one", graph_.name, kind, op.outputs.size());
    check_id(op.outputs[0], "an output");
    const Arity arity = arity_of(op.kind);
    if (op.inputs.size() < arity.least || op.inputs.size() > arity.most) {
      fail("{}: {} \"{}\" has {} inputs", graph_.name, kind, graph_.name_of(op), op.inputs.size());
    }
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      if (op.inputs[i] == no_tensor && is_optional(op.kind, i)) continue;
      check_id(op.inputs[i], "an input");
      if (!known_[to_index(op.inputs[i])]) {
        fail("{}: {} \"{}\" reads \"{}\" before it is computed", graph_.name, kind, graph_.name_of(op),
             name(op.inputs[i]));
      }
    }
    const TensorId out = op.outputs[0];
    if (known_[to_index(out)]) fail("{}: \"{}\" is computed twice, or is constant", graph_.name, name(out));
    known_[to_index(out)] = true;
    check_shapes(op);
    check_types(op);
  }

  void check_shapes(const Op& op) const {
    const Shape expected = output_shapes(graph_, op).at(0);
    const Shape& actual = graph_.tensor(op.outputs[0]).shape;
    // Some converters give a mean or a fully connected layer a shape that differs in dimensions of size 1 only.
    const auto significant = [](const Shape& shape) {
      Shape kept;
      std::copy_if(shape.begin(), shape.end(), std::back_inserter(kept), [](int size) { return size != 1; });
      return kept;
    };
    if (significant(expected) != significant(actual)) {
      fail("{}: {} \"{}\" computes {}, but its output is declared {}", graph_.name, name_of(op.kind),
           graph_.name_of(op), text_of(expected), text_of(actual));
    }
  }

  void check_types(const Op& op) const {
    const auto quantized = [](const Tensor& t) {
      return t.type == DataType::int8 || t.type == DataType::uint8 || t.type == DataType::int16 ||
             t.type == DataType::int4;
    };
    const Tensor& in = graph_.tensor(op.inputs[0]);
    const Tensor& out = graph_.tensor(op.outputs[0]);
    if (is_partial(graph_, op)) {
      check_partial(op);
      return;
    }
    const bool converts = std::holds_alternative<Quantize>(op.kind) || std::holds_alternative<Dequantize>(op.kind) ||
                          std::holds_alternative<ShapeOf>(op.kind);
    if (!converts && in.type != out.type) {
      fail("{}: {} \"{}\" reads {} and computes {}", graph_.name, name_of(op.kind), graph_.name_of(op),
           name_of(in.type), name_of(out.type));
    }
    const bool arithmetic = !std::holds_alternative<ShapeOf>(op.kind) &&
                            !std::holds_alternative<StridedSlice>(op.kind) && !std::holds_alternative<Pack>(op.kind) &&
                            !std::holds_alternative<Reshape>(op.kind) && !std::holds_alternative<Transpose>(op.kind) &&
                            !std::holds_alternative<Concat>(op.kind);
    if (!arithmetic) return;
    for (const Tensor* t : {&in, &out}) {
      if (quantized(*t) && !t->quantization) {
        fail("{}: {} \"{}\": tensor \"{}\" is {} but has no scale", graph_.name, name_of(op.kind), graph_.name_of(op),
             t->name, name_of(t->type));
      }
    }
  }

  /// A convolution of a chain, partial_sums.h.
  void check_partial(const Op& op) const {
    const auto require = [&](bool holds, std::string_view what) {
      if (!holds) fail("{}: {} \"{}\" {}", graph_.name, name_of(op.kind), graph_.name_of(op), what);
    };
    const Tensor& out = graph_.tensor(op.outputs[0]);
    const Conv2D& conv = std::get<Conv2D>(op.kind);
    require(graph_.tensor(op.inputs[0]).type == DataType::int8, "computes sums of values that are not int8");
    require(conv.padding == Padding{}, "computes sums and is padded");
    if (takes_sums(op)) {
      const Tensor& sums = graph_.tensor(op.inputs[sums_input]);
      require(sums.type == DataType::int32 && sums.shape == out.shape && !sums.is_constant(),
              "adds to sums that are not int32 of its output's shape");
    }
    if (makes_sums(graph_, op)) {
      require(op.inputs[2] == no_tensor && conv.activation == Activation::none,
              "computes sums and has a bias or an activation");
    } else {
      require(out.type == DataType::int8 && out.quantization, "requantizes sums to what is not int8, or has no scale");
    }
  }

  const Graph& graph_;
  std::vector<bool> known_;
};

}  // namespace

void verify(const Graph& graph) { Verifier(graph).run(); }

}  // namespace thimble::ir
