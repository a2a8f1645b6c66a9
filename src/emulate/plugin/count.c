/* count.c: a QEMU plugin that counts the instructions between the marks of boards/firmware/marks.h, in total and for
 * each layer. Marks are not counted. Condition-failed instructions are, as everywhere in Thimble.
 *
 * Argument: out=FILE, which gets a line `total N` for the first inference and `layer OP N` for each layer, in the order
 * in which the layers first ran.
 */
#include <stdio.h>
#include <string.h>

#include "marks.h"
#include "qemu_plugin_api.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT extern int qemu_plugin_version;
int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv);

static uint64_t executed;
static uint64_t begin_at, total;
static int counting, inferences;

static uint64_t layer_count[MARK_LAYERS];
static int layer_order[MARK_LAYERS], layers;
static uint64_t layer_since;
static int layer = -1, digits_missing, next_layer;

static char out_file[4096];

static void leave_layer(void) {
  if (layer >= 0) layer_count[layer] += executed - layer_since;
  layer_since = executed;
  layer = -1;
}

/* Between MARK_OUTSIDE and MARK_BEGIN the inference goes on without being counted. */
static void stop_counting(void) {
  leave_layer();
  total += executed - begin_at;
  counting = 0;
}

static void enter_layer(int op) {
  if (op == MARK_OUTSIDE) {
    stop_counting();
    return;
  }
  layer = op;
  for (int i = 0; i < layers; ++i) {
    if (layer_order[i] == op) return;
  }
  layer_order[layers++] = op;
}

static void on_mark(unsigned int vcpu, void* userdata) {
  (void)vcpu;
  const int mark = (int)(uintptr_t)userdata;
  if (mark == MARK_BEGIN) {
    counting = inferences == 0;
    begin_at = executed;
    layer_since = executed;
  } else if (!counting) {
    return;
  } else if (mark == MARK_END) {
    stop_counting();
    ++inferences;
  } else if (mark == MARK_LAYER) {
    leave_layer();
    digits_missing = MARK_DIGITS;
    next_layer = 0;
  } else if (digits_missing > 0) {
    next_layer = next_layer * 8 + ((mark - MARK_DIGIT) >> 4);
    if (--digits_missing == 0) enter_layer(next_layer);
  }
}

/* The mark that an instruction is, or 0. Its size is not looked at: QEMU 7.2 says 4 for a halfword that is followed by
 * the last halfword of a page, which it read to see whether the next instruction crosses into the next page. */
static int mark_of(const struct qemu_plugin_insn* insn) {
  uint16_t code;
  if (qemu_plugin_insn_size(insn) < sizeof code) return 0;
  memcpy(&code, qemu_plugin_insn_data(insn), sizeof code);
  return code >= MARK_BEGIN && code <= MARK_LAST && (code & 0xF) == 0 ? code : 0;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(tb);
  int marked = 0;
  for (size_t i = 0; i < count; ++i) marked |= mark_of(qemu_plugin_tb_get_insn(tb, i));
  if (!marked) {
    qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &executed, count);
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn* insn = qemu_plugin_tb_get_insn(tb, i);
    const int mark = mark_of(insn);
    if (mark) {
      qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS, (void*)(uintptr_t)mark);
    } else {
      qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &executed, 1);
    }
  }
}

static void on_exit(qemu_plugin_id_t id, void* userdata) {
  (void)id;
  (void)userdata;
  FILE* file = fopen(out_file, "w");
  if (file == NULL) return;
  fprintf(file, "total %llu\n", (unsigned long long)total);
  for (int i = 0; i < layers; ++i) {
    fprintf(file, "layer %d %llu\n", layer_order[i], (unsigned long long)layer_count[layer_order[i]]);
  }
  fclose(file);
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
  (void)info;
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "out=", 4) == 0) snprintf(out_file, sizeof out_file, "%s", argv[i] + 4);
  }
  if (out_file[0] == '\0') return 1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, on_exit, NULL);
  return 0;
}
