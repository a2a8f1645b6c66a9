#include "emit/names.h"

#include <gtest/gtest.h>

#include "emit/emit.h"

namespace thimble::emit {
namespace {

TEST(Names, BecomeIdentifiersOfCAndCpp) {
  EXPECT_EQ(c_identifier("person"), "person");
  EXPECT_EQ(c_identifier("mcunet-320kb-1mb_vww"), "mcunet_320kb_1mb_vww");
  EXPECT_EQ(c_identifier("  my model (v2).tflite"), "my_model_v2_tflite");
  EXPECT_EQ(c_identifier("2_layers"), "model_2_layers");
  EXPECT_EQ(c_identifier("switch"), "switch_model");
  EXPECT_EQ(c_identifier("namespace"), "namespace_model");
  EXPECT_EQ(c_identifier("__reserved"), "reserved");
  EXPECT_EQ(c_identifier("\xC3\xA9t\xC3\xA9"), "t");
  EXPECT_EQ(c_identifier("---"), "model");
  EXPECT_EQ(c_identifier(""), "model");
}

TEST(Names, OfAnIdentifierAreThemselves) {
  for (const char* name : {"person", "2_layers", "switch", "a-b", "___"}) {
    const std::string once = c_identifier(name);
    EXPECT_EQ(c_identifier(once), once) << name;
  }
}

TEST(Names, CannotEndOrBeginAComment) {
  EXPECT_EQ(comment_text("a*/b"), "a* /b");
  EXPECT_EQ(comment_text("a/*b"), "a/ *b");
  EXPECT_EQ(comment_text("*/*/"), "* / * /");
  EXPECT_EQ(comment_text("two\nlines\\"), "two?lines?");
}

TEST(Names, AreStringLiteralsOfTheSameBytes) {
  EXPECT_EQ(string_literal("no person"), "\"no person\"");
  EXPECT_EQ(string_literal("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(string_literal("\xC3\xA9"
                           "1"),
            "\"\\303\\2511\"");
  EXPECT_EQ(string_literal("?"
                           "?/"),
            "\"\\077\\077/\"");
}

TEST(Names, FloatsReadBackAsTheSameFloat) {
  EXPECT_EQ(float_literal(1.0F), "1.0f");
  EXPECT_EQ(float_literal(0.00390625F), "0.00390625f");
  for (const float value : {0.1F, 0.0235294122F, 1e-20F, 3.4e38F, 123456.789F})
    EXPECT_EQ(std::stof(float_literal(value)), value);
}

TEST(Names, NumbersAreGroupedByThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(27648), "27,648");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-1000), "-1,000");
}

}  // namespace
}  // namespace thimble::emit
