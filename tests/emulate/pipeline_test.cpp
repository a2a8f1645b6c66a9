#include "emulate/pipeline.h"

#include <filesystem>
#include <initializer_list>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "emulate/cycle_count.h"
#include "emulate/pipeline_model.h"

namespace thimble::testing {
namespace {

using emulate::count_cycles;
using emulate::ExecutionProfile;
using emulate::Instruction;
using emulate::PipelineModel;
using ::testing::HasSubstr;

using Code = std::vector<int>;  // halfwords

// Instructions by hand, as halfwords in the order in which they are stored.
const Code add_r0 = {0x3001};                     // adds r0, #1
const Code add_r1_r2 = {0x4411};                  // add r1, r2
const Code ldr_r0 = {0x6820};                     // ldr r0, [r4]
const Code ldr_r1 = {0x6861};                     // ldr r1, [r4, #4]
const Code ldr_r2 = {0x68A2};                     // ldr r2, [r4, #8]
const Code ldr_r1_at_r0 = {0x6801};               // ldr r1, [r0]
const Code ldrb_r0 = {0x7820};                    // ldrb r0, [r4]
const Code add_r3_r0 = {0x4403};                  // add r3, r0
const Code add_r4 = {0x3404};                     // adds r4, #4
const Code str_r1 = {0x6021};                     // str r1, [r4]
const Code ldm_four = {0xE894, 0x000F};           // ldm r4, {r0, r1, r2, r3}
const Code ldrd = {0xE9D4, 0x0100};               // ldrd r0, r1, [r4]
const Code push_three = {0xB513};                 // push {r0, r1, r4, lr}
const Code smlad_r5 = {0xFB20, 0x5501};           // smlad r5, r0, r1, r5
const Code smlad_r6 = {0xFB20, 0x6601};           // smlad r6, r0, r1, r6
const Code smlad_by_r5 = {0xFB25, 0x6601};        // smlad r6, r5, r1, r6
const Code sxtb16_r2 = {0xFA2F, 0xF283};          // sxtb16 r2, r3
const Code add_shifted = {0xEB00, 0x70E1};        // add r0, r0, r1, asr #31
const Code asr_r2 = {0x1092};                     // asrs r2, r2, #2
const Code branch_back = {0xE7FE};                // b to itself
const Code loop_of_two[] = {{0x3801}, {0xD1FD}};  // subs r0, #1; bne to it

std::vector<std::byte> bytes_of(std::initializer_list<Code> code) {
  std::vector<std::byte> bytes;
  for (const Code& instruction : code) {
    for (const int halfword : instruction) {
      bytes.push_back(static_cast<std::byte>(halfword & 0xFF));
      bytes.push_back(static_cast<std::byte>(halfword >> 8));
    }
  }
  return bytes;
}

/// Cycles from one execution of straight code to the next, if it runs over and over without a branch.
double steady_cycles(const std::string& core, std::initializer_list<Code> code) {
  emulate::Pipeline pipeline(emulate::pipeline_model(core));
  const std::vector<Instruction> instructions = emulate::decode(0, bytes_of(code));
  constexpr int rounds = 8;
  int first = 0;
  for (int round = 0; round <= rounds; ++round) {
    for (const Instruction& instruction : instructions) pipeline.issue(instruction);
    if (round == 0) first = pipeline.last_issue();
  }
  return static_cast<double>(pipeline.last_issue() - first) / rounds;
}

/// Cycles of straight code that a plain addition follows, which issues when the code is done.
int straight_cycles(const std::string& core, std::initializer_list<Code> code) {
  emulate::Pipeline pipeline(emulate::pipeline_model(core));
  for (const Instruction& instruction : emulate::decode(0, bytes_of(code))) pipeline.issue(instruction);
  return pipeline.issue(emulate::decode(0, bytes_of({{0x3701}})).at(0));  // adds r7, #1
}

double loop_cycles(const std::string& core, std::initializer_list<Code> code, std::int64_t times) {
  ExecutionProfile profile;
  const int loop = profile.add(0x100, bytes_of(code));
  for (std::int64_t i = 0; i < times; ++i) profile.execute(loop, 0);
  const PipelineModel model = emulate::pipeline_model(core);
  return count_cycles(profile, model).total.total(model);
}

TEST(Pipeline, TakesTheCyclesOfTheCortexM4sReferenceManual) {
  EXPECT_EQ(straight_cycles("cortex-m4", {add_r0, add_r1_r2}), 2);
  EXPECT_EQ(straight_cycles("cortex-m4", {ldr_r0}), 2);
  EXPECT_EQ(straight_cycles("cortex-m4", {ldr_r0, ldr_r1, ldr_r2}), 4) << "loads follow each other in a cycle each";
  EXPECT_EQ(straight_cycles("cortex-m4", {ldr_r0, ldr_r1_at_r0}), 4) << "but not where one needs the other";
  EXPECT_EQ(straight_cycles("cortex-m4", {str_r1}), 1) << "the write buffer";
  EXPECT_EQ(straight_cycles("cortex-m4", {ldm_four}), 1 + 4);
  EXPECT_EQ(straight_cycles("cortex-m4", {ldrd}), 1 + 2);
  EXPECT_EQ(straight_cycles("cortex-m4", {push_three}), 1 + 4);
  EXPECT_EQ(straight_cycles("cortex-m4", {smlad_r5, smlad_r5}), 2);
  EXPECT_EQ(straight_cycles("cortex-m4", {add_r4, ldr_r0}), 1 + 1 + 2) << "an address that was just computed";
}

TEST(Pipeline, TakesTheCyclesOfTheCortexM0PlussReferenceManual) {
  EXPECT_EQ(straight_cycles("cortex-m0plus", {add_r0, add_r1_r2}), 2);
  EXPECT_EQ(straight_cycles("cortex-m0plus", {ldr_r0, ldr_r1}), 4);
  EXPECT_EQ(straight_cycles("cortex-m0plus", {str_r1}), 2);
  EXPECT_EQ(straight_cycles("cortex-m0plus", {push_three}), 1 + 4);
}

TEST(Pipeline, CountsALoopByItsSteadyState) {
  EXPECT_EQ(loop_cycles("cortex-m4", {loop_of_two[0], loop_of_two[1]}, 1001) -
                loop_cycles("cortex-m4", {loop_of_two[0], loop_of_two[1]}, 1),
            1000 * (1 + 1 + 1));
  EXPECT_EQ(loop_cycles("cortex-m0plus", {loop_of_two[0], loop_of_two[1]}, 1001) -
                loop_cycles("cortex-m0plus", {loop_of_two[0], loop_of_two[1]}, 1),
            1000 * (1 + 2));
}

TEST(Pipeline, IssuesPairsOnTheCortexM7) {
  EXPECT_EQ(steady_cycles("cortex-m7", {add_r0, add_r1_r2}), 1);
  EXPECT_EQ(steady_cycles("cortex-m7", {ldr_r0, ldr_r1}), 1) << "two words of 64 bits";
  EXPECT_EQ(steady_cycles("cortex-m7", {ldr_r0, ldr_r2}), 2) << "both from the same half";
  EXPECT_EQ(steady_cycles("cortex-m7", {sxtb16_r2, smlad_r5}), 1);
  EXPECT_EQ(steady_cycles("cortex-m7", {smlad_r5, smlad_r6}), 2) << "one multiplier";
  EXPECT_EQ(steady_cycles("cortex-m7", {add_shifted, asr_r2}), 2) << "one shifter";
  EXPECT_EQ(steady_cycles("cortex-m7", {ldrd}), 1);
  EXPECT_EQ(steady_cycles("cortex-m7", {ldm_four}), 2);
}

TEST(Pipeline, WaitsForResultsOnTheCortexM7) {
  EXPECT_EQ(steady_cycles("cortex-m7", {smlad_r5}), 1) << "accumulators are forwarded";
  EXPECT_EQ(straight_cycles("cortex-m7", {smlad_r5, smlad_by_r5}), 2) << "other operands wait for a cycle more";
  EXPECT_EQ(straight_cycles("cortex-m7", {ldr_r0, add_r3_r0}), 1);
  EXPECT_EQ(straight_cycles("cortex-m7", {ldrb_r0, add_r3_r0}), 2) << "bytes come a cycle later than words";
  EXPECT_EQ(straight_cycles("cortex-m7", {ldr_r0, ldr_r1_at_r0}), 2) << "addresses are needed a cycle earlier";
}

TEST(Pipeline, KnowsWhatInstructionsReadAndWrite) {
  const auto instructions = emulate::decode(0, bytes_of({{0xFA20, 0xF192},     // sxtab16 r1, r0, r2, ror #8
                                                         {0xE8F4, 0x2301},     // ldrd r2, r3, [r4], #4
                                                         {0xFBC1, 0x2304}}));  // smlal r2, r3, r1, r4
  ASSERT_EQ(instructions.size(), 3U);
  EXPECT_EQ(instructions[0].reads, 1U << 0);
  EXPECT_EQ(instructions[0].shifted, 1U << 2);
  EXPECT_EQ(instructions[0].writes, 1U << 1);
  EXPECT_EQ(instructions[1].early, 1U << 4);
  EXPECT_EQ(instructions[1].updates, 1U << 4);
  EXPECT_EQ(instructions[1].writes, 1U << 2 | 1U << 3);
  EXPECT_EQ(instructions[1].words, 2);
  EXPECT_EQ(instructions[2].late, 1U << 2 | 1U << 3);
}

TEST(Pipeline, ChargesWaitsOfMemoriesToBranchesAndLoads) {
  ExecutionProfile profile;
  const int loop = profile.add(0, bytes_of({ldr_r0, branch_back}));
  for (int i = 0; i < 11; ++i) profile.execute(loop, 3);
  PipelineModel model = emulate::pipeline_model("cortex-m4");
  const double without = count_cycles(profile, model).total.total(model);
  model.branch_wait = 5;
  model.load_wait = 2;
  const emulate::CycleCounts counts = count_cycles(profile, model);
  EXPECT_EQ(counts.total.total(model), without + 10 * 5 + 11 * 2);
  EXPECT_EQ(counts.layers.at(3).total(model), counts.total.total(model));
  model.memory_factor = 2;
  EXPECT_EQ(count_cycles(profile, model).total.total(model), 2 * (without + 10 * 5 + 11 * 2));
}

TEST(PipelineModel, NamesTheFieldThatItDoesNotKnow) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "core.json";
  const auto complaint_about = [&](const char* text) -> std::string {
    write_text(file, text);
    try {
      emulate::read_pipeline_model(file);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(complaint_about(R"({"core": "x", "load_latancy": 2})"), HasSubstr("load_latancy"));
  EXPECT_THAT(complaint_about(R"({"core": "x", "load_latency": "2"})"), HasSubstr("load_latency"));
  EXPECT_THAT(complaint_about(R"({"core": "x", "issue_width": 0})"), HasSubstr("issue_width"));
  EXPECT_THAT(complaint_about(R"([])"), HasSubstr("core"));
}

}  // namespace
}  // namespace thimble::testing
