#include "passes/passes.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/suggest.h"
#include "ir/verify.h"
#include "passes/rewrites.h"

namespace thimble::passes {

namespace {

// Folding first, so that the other passes see constants; dead operators next, so that they do not count as users;
// the ends last, when what stood between them and the graph's inputs and outputs is gone.
constexpr std::array table = {
    Pass{"fold_constants", fold_constants},   Pass{"eliminate_dead", eliminate_dead},
    Pass{"remove_identity", remove_identity}, Pass{"fuse_padding", fuse_padding},
    Pass{"fuse_activation", fuse_activation}, Pass{"strip_ends", strip_ends},
};

const Pass& find(const std::string& name) {
  const auto* const found =
      std::find_if(table.begin(), table.end(), [&](const Pass& pass) { return pass.name == name; });
  if (found != table.end()) return *found;
  std::vector<std::string> names = {"none"};
  for (const Pass& pass : table) names.emplace_back(pass.name);
  const std::string suggestion = nearest(name, names);
  throw Error(fmt::format("there is no pass \"{}\"", name),
              suggestion.empty() ? fmt::format("the passes are {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean \"{}\"?", suggestion));
}

}  // namespace

std::span<const Pass> all() { return table; }

ir::Graph simplify(ir::Graph graph, const std::vector<std::string>& names) {
  if (names.size() == 1 && names[0] == "none") return graph;
  std::vector<Pass> chosen;
  for (const std::string& name : names) chosen.push_back(find(name));
  if (names.empty()) chosen.assign(table.begin(), table.end());
  for (const Pass& pass : chosen) {
    pass.run(graph);
    ir::verify(graph);
  }
  return graph;
}

}  // namespace thimble::passes
