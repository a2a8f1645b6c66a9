#include "cli/samples.h"

#include "base/error.h"
#include "base/json.h"
#include "data/open.h"

namespace thimble::cli {

void SampleOptions::add_to(CLI::App& verb) {
  verb.add_option("--data", dataset, "A name of `thimble datasets`, a folder, or a file")
      ->required()
      ->type_name("DATA");
  verb.add_option("--split", split, "Divide the samples anew into train/val/test shares, such as 70/20/10");
  verb.add_option("--fit", fit, "How pictures of another size are made to fit")
      ->check(CLI::IsMember({"stretch", "center-square"}))
      ->capture_default_str();
  verb.add_option("--filter", filter,
                  "How pictures are resized: antialias (as Pillow) or bilinear (as OpenCV and TensorFlow)")
      ->check(CLI::IsMember({"antialias", "bilinear"}))
      ->capture_default_str();
  verb.add_option("--crop", crop, "Share of the picture's side that is used, centred; ImageNet's is 0.875")
      ->check(CLI::Range(0.01, 1.0))
      ->capture_default_str();
  verb.add_option("--normalization", normalization,
                  "How pixels become inputs: unit, symmetric, imagenet, raw, or a JSON file (default: "
                  "normalization.json beside the model, else raw)");
  verb.add_option("--limit", limit, "Use this many samples, chosen at random by the seed (default: all)")
      ->check(CLI::PositiveNumber);
  verb.add_option("--seed", seed, "Seed of every random choice")->capture_default_str();
}

data::DatasetSplits SampleOptions::open(const ir::Tensor& input) const {
  data::DatasetOptions options;
  const data::SampleShape shape = data::picture_shape(input);
  options.image.height = shape.height;
  options.image.width = shape.width;
  options.image.channels = shape.channels;
  options.image.fit = fit == "center-square" ? data::Fit::center_square : data::Fit::stretch;
  options.image.filter = filter == "bilinear" ? data::Filter::bilinear : data::Filter::antialias;
  options.image.crop = crop;
  options.seed = seed;
  if (!split.empty()) options.split = data::parse_split(split);
  return data::open_dataset(dataset, options);
}

data::Normalization SampleOptions::normalization_for(const std::filesystem::path& model) const {
  const std::filesystem::path beside = model.parent_path() / normalization_file;
  if (normalization.empty()) {
    if (std::filesystem::exists(beside)) return data::normalization_from_json(read_json(beside));
    return data::normalization_named("raw");
  }
  if (normalization.ends_with(".json")) return data::normalization_from_json(read_json(normalization));
  return data::normalization_named(normalization);
}

}  // namespace thimble::cli
