#include "train/checkpoint.h"

#include <cstring>
#include <string>

#include <torch/csrc/jit/serialization/pickle.h>

#include "base/error.h"
#include "base/files.h"

namespace thimble::train {

namespace {

using Dictionary = c10::Dict<std::string, torch::Tensor>;

void insert(Dictionary& into, const std::string& prefix, const std::vector<nn::NamedTensor>& tensors) {
  for (const nn::NamedTensor& tensor : tensors) {
    into.insert(prefix + tensor.name, tensor.value.detach().cpu().contiguous());
  }
}

std::vector<nn::NamedTensor> extract(const c10::Dict<c10::IValue, c10::IValue>& from, const std::string& prefix) {
  std::vector<nn::NamedTensor> tensors;
  for (const auto& entry : from) {
    const std::string& name = entry.key().toStringRef();
    if (name.starts_with(prefix)) tensors.push_back({name.substr(prefix.size()), entry.value().toTensor()});
  }
  return tensors;
}

torch::Tensor number(double value) { return at::full({}, value, torch::kFloat64); }

double number(const c10::Dict<c10::IValue, c10::IValue>& from, const char* name) {
  return from.at(std::string(name)).toTensor().item<double>();
}

}  // namespace

void write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
  Dictionary dictionary;
  insert(dictionary, "network/", checkpoint.network);
  insert(dictionary, "velocity/", checkpoint.velocities);
  insert(dictionary, "average/", checkpoint.average);
  insert(dictionary, "teacher/", checkpoint.teacher);
  dictionary.insert("step", number(static_cast<double>(checkpoint.step)));
  dictionary.insert("seconds", number(checkpoint.seconds));
  dictionary.insert("loss_sum", number(checkpoint.loss_sum));
  dictionary.insert("correct", number(static_cast<double>(checkpoint.correct)));
  dictionary.insert("ema_updates", number(static_cast<double>(checkpoint.ema_updates)));
  dictionary.insert("part", number(static_cast<double>(checkpoint.part)));
  const std::vector<char> bytes = torch::jit::pickle_save(dictionary);
  write_bytes(file, std::as_bytes(std::span(bytes)));
}

Checkpoint read_checkpoint(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_bytes(file);
  std::vector<char> chars(bytes.size());
  std::memcpy(chars.data(), bytes.data(), bytes.size());
  try {
    const auto dictionary = torch::jit::pickle_load(chars).toGenericDict();
    return {.step = static_cast<long>(number(dictionary, "step")),
            .seconds = number(dictionary, "seconds"),
            .loss_sum = number(dictionary, "loss_sum"),
            .correct = static_cast<long>(number(dictionary, "correct")),
            .ema_updates = static_cast<long>(number(dictionary, "ema_updates")),
            .part = dictionary.contains("part") ? static_cast<long>(number(dictionary, "part")) : 0,
            .network = extract(dictionary, "network/"),
            .velocities = extract(dictionary, "velocity/"),
            .average = extract(dictionary, "average/"),
            .teacher = extract(dictionary, "teacher/")};
  } catch (const std::exception&) {  // c10::Error and out_of_range alike: libtorch's text would be a stack trace.
    fail("{}: is not a checkpoint of thimble-train, or is damaged", file.string());
  }
}

}  // namespace thimble::train
