// Memory of streams and layers: the same as the planner's own arithmetic says.
#include "search/stream_memory.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/random.h"
#include "ir/builders/builders.h"
#include "plan/aliases.h"
#include "plan/liveness.h"
#include "plan/planner.h"
#include "plan/segment.h"
#include "plan/segment_layout.h"
#include "search/genome.h"
#include "search/planning_graph.h"
#include "search/variation.h"
#include "target/kernel_choice.h"

namespace thimble::search {
namespace {

/// A network, ready for the planner's functions and for ours.
class Subject {
 public:
  Subject(const ir::NetConfig& config, bool by_rows) : graph_(planning_graph(config)) {
    options_.input_mode = by_rows ? plan::InputMode::rows : plan::InputMode::resident;
    holders_ = plan::view_holders(graph_);
    ops_ = plan::operators_to_run(graph_, options_);
    by_rows_ = plan::inputs_by_rows(graph_, ops_, holders_, options_.input_mode);
    lifetimes_ = plan::lifetimes_of(graph_, ops_, holders_, by_rows_);
    kernels_.resize(graph_.ops.size());
    row_kernels_.resize(graph_.ops.size());
    for (const int op : ops_) {
      const auto index = static_cast<std::size_t>(op);
      kernels_[index] = target::choose_kernel(graph_, graph_.ops[index], table_.core());
      row_kernels_[index] = target::choose_row_kernel(graph_, graph_.ops[index], table_.core(), {}, kernels_[index]);
    }
    network_ = row_network(ir::layers_of(config), table_);
  }

  plan::Divided divided() const {
    return {graph_, kernels_, row_kernels_, ops_, holders_, by_rows_, lifetimes_, options_};
  }
  const RowNetwork& network() const { return network_; }
  int size() const { return static_cast<int>(ops_.size()); }

 private:
  LayerTable table_{target::board("stm32f746").core};
  ir::Graph graph_;
  plan::PlanOptions options_;
  plan::Holders holders_;
  std::vector<int> ops_;
  std::vector<ir::TensorId> by_rows_;
  std::vector<plan::Lifetime> lifetimes_;
  std::vector<target::KernelChoice> kernels_, row_kernels_;
  RowNetwork network_;
};

void compare_random_streams(const ir::NetConfig& config, bool by_rows, int streams, data::Random& random) {
  const Subject subject(config, by_rows);
  ASSERT_EQ(subject.network().size(), subject.size());
  const auto any_below = [&](int bound) { return static_cast<int>(random.below(static_cast<std::uint32_t>(bound))); };
  for (int i = 0; i < streams; ++i) {
    const int first = i % 3 == 0 ? 0 : any_below(subject.size());
    const int end = first + 1 + any_below(std::min(subject.size() - first, i % 2 == 0 ? 8 : 40));
    ASSERT_EQ(can_stream(subject.network(), first, end), plan::can_stream(subject.divided(), first, end));
    if (!can_stream(subject.network(), first, end)) continue;
    const plan::Segment segment{first, end, 1};
    const plan::SegmentLayout layout = plan::layout_of(subject.divided(), segment);
    ASSERT_EQ(stream_bytes(subject.network(), first, end, by_rows),
              plan::bytes_needed(subject.divided(), segment, layout))
        << config.name << " operators " << first << " to " << end << (by_rows ? ", input by rows" : "");
  }
}

TEST(StreamMemory, OfPublishedNetworksIsThePlanners) {
  data::Random random(1);
  for (const char* name : {"mcunet-vww1", "mcunet-in3", "fashion-demo", "mbv2-w0.35", "simple-maxpool"})
    for (const bool by_rows : {false, true})
      compare_random_streams(
          ir::builders::build(name, {.resolution = 64, .channels = {}, .classes = {}, .width = {}, .dropout = {}}),
          by_rows, 20, random);
}

TEST(StreamMemory, OfRandomNetworksIsThePlanners) {
  data::Random random(2);
  for (const std::string& name : design_space_names()) {
    const DesignSpace space = design_space(name);
    for (int i = 0; i < 8; ++i) {
      Genome genome = sample(space, random);
      genome.resolution = space.resolutions.front();
      compare_random_streams(network_of(space, genome), i % 2 == 1, 20, random);
    }
  }
}

}  // namespace
}  // namespace thimble::search
