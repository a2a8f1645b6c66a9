// What a network might be trained as instead: what is offered, and why something is not.
#include "passes/retrained_variants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/graph_builder.h"

namespace thimble::passes {
namespace {

using ::testing::ElementsAre;
using testing::GraphBuilder;
using ::testing::HasSubstr;

std::vector<std::string> names_of(const std::vector<RetrainedVariant>& variants) {
  std::vector<std::string> names;
  for (const RetrainedVariant& variant : variants) names.push_back(variant.what);
  return names;
}

TEST(RetrainedVariants, AreFewerPixelsAndFewerChannels) {
  GraphBuilder g("pooled");
  const auto in = g.input({1, 64, 48, 3});
  const auto pooled = g.mean(g.conv(in, 32, {3, 2, 1}, "conv"), "pooled");
  const auto variants = retrained_variants(g.finish({g.conv(pooled, 10, {1, 1, 0}, "classes")}));
  EXPECT_THAT(names_of(variants),
              ElementsAre("smaller kernels in the first layers", "0.75 times the channels", "0.5 times the channels",
                          "56 x 40 pixels", "48 x 40 pixels", "40 x 32 pixels", "32 x 24 pixels"));
  for (std::size_t i = 1; i < variants.size(); ++i) EXPECT_EQ(variants[i].why_not, "");
  EXPECT_EQ(variants[2].graph.tensor(variants[2].graph.inputs[0]).shape, (ir::Shape{1, 64, 48, 3}));
  EXPECT_EQ(variants[6].graph.tensor(variants[6].graph.inputs[0]).shape, (ir::Shape{1, 32, 24, 3}));
}

TEST(RetrainedVariants, SayWhyThePictureCannotShrink) {
  GraphBuilder g("flattened");
  const auto in = g.input({1, 32, 32, 3});
  const auto flat = g.reshape(g.conv(in, 8, {3, 2, 1}, "conv"), {1, 16 * 16 * 8}, "flat");
  const auto variants = retrained_variants(g.finish({g.fully_connected(flat, 10, "classes")}));
  EXPECT_THAT(variants.back().what, HasSubstr("pixels"));
  EXPECT_THAT(variants.back().why_not, HasSubstr("\"classes\" reads 2048 values"));
}

TEST(RetrainedVariants, LeaveTheSizeOfWhatIsNoPicture) {
  GraphBuilder g("sound");
  const auto variants = retrained_variants(g.finish({g.conv(g.input({1, 49, 10, 1}), 8, {3, 1, 1}, "conv")}));
  EXPECT_THAT(variants.back().why_not, HasSubstr("1x49x10x1: not a picture"));
}

}  // namespace
}  // namespace thimble::passes
