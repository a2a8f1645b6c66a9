/* startup.c: from reset to main on any Cortex-M, and from main's result to the emulator's exit status. */
#include <stdint.h>
#include <string.h>

#include "semihosting.h"

extern uint32_t firmware_stack_top[];
extern uint8_t firmware_data_start[], firmware_data_end[], firmware_data_image[];
extern uint8_t firmware_bss_start[], firmware_bss_end[];
/* Numbers: bytes of the board's memories, 0 for what it has not or does not use. */
extern uint8_t firmware_sram_bytes[];
extern uint8_t firmware_region_1_length[], firmware_region_2_length[], firmware_region_3_length[],
    firmware_region_4_length[];

int main(void);
void reset_handler(void);
void fault_handler(void);
void report_fault(void);

/* The exit status of a firmware that faulted: a bad access, an undefined instruction, a stack that ran out. */
enum { fault_status = 99 };

enum { sram_origin = 0x20000000, machine_log2 = 22 };

/* Where REGION_1 of board.ld begins, and how far it is from each to the next. */
enum { regions_origin = 0x20200000, region_distance = 0x80000, other_regions = 4 };

/* Access permissions, and normal memory (write-back) in both. */
#define NO_ACCESS (0x0U << 24 | 0xBU << 16)
#define READ_WRITE (0x3U << 24 | 0xBU << 16)
#define READ_ONLY (0x6U << 24 | 0xBU << 16)

static volatile uint32_t* const mpu_control = (volatile uint32_t*)0xE000ED94U;
static volatile uint32_t* const mpu_number = (volatile uint32_t*)0xE000ED98U;
static volatile uint32_t* const mpu_base = (volatile uint32_t*)0xE000ED9CU;
static volatile uint32_t* const mpu_attributes = (volatile uint32_t*)0xE000EDA0U;

static void set_region(uint32_t number, uint32_t base, uint32_t log2, uint32_t access) {
  *mpu_number = number;
  *mpu_base = base;
  *mpu_attributes = access | (log2 - 1) << 1 | 1U;
}

/* The size, rounded up where it has more than the binary digits for which there are regions. */
static uint32_t rounded_up(uint32_t bytes, uint32_t digits) {
  uint32_t step = 1024;
  while (bytes / step >= 1U << digits) step *= 2;
  return (bytes + step - 1) / step * step;
}

/* Makes one region of memory accessible, up to the eighth in which it ends: the unit can leave eighths of a power of
 * two out. */
static void allow_region(uint32_t number, uint32_t base, uint32_t bytes) {
  uint32_t log2 = 10;
  while (1U << log2 < bytes) ++log2;
  const uint32_t eighth = 1U << (log2 - 3);
  const uint32_t used = (bytes + eighth - 1) / eighth;
  set_region(number, base, log2, READ_WRITE | (0xFFU << used & 0xFFU) << 8);
}

/* The emulated machine has more memory than the board. Its memory protection unit (Armv7-M) makes accesses to what the
 * board does not have fault, and writes into flash, such as through a null pointer.
 *
 * A region with a higher number prevails. Blocks of powers of two cover the board's SRAM, the largest first: so each is
 * aligned to its size. There are eight regions; each other memory of the board takes one. */
static void guard_memory(void) {
  enum { enable = 1, privileged_default_map = 4, sram_regions = 6 };
  const uint8_t* const others[other_regions] = {firmware_region_1_length, firmware_region_2_length,
                                                firmware_region_3_length, firmware_region_4_length};
  uint32_t number = 0;
  uint32_t digits = sram_regions;
  set_region(number++, 0, machine_log2, READ_ONLY);
  set_region(number++, sram_origin, machine_log2, NO_ACCESS);
  for (uint32_t i = 0; i < other_regions; ++i) {
    const uint32_t bytes = (uint32_t)(uintptr_t)others[i];
    if (bytes == 0) continue;
    allow_region(number++, regions_origin + i * region_distance, bytes);
    --digits;
  }
  uint32_t base = sram_origin;
  uint32_t left = rounded_up((uint32_t)(uintptr_t)firmware_sram_bytes, digits);
  for (uint32_t log2 = machine_log2; left > 0; --log2) {
    if (left < 1U << log2) continue;
    set_region(number++, base, log2, READ_WRITE);
    base += 1U << log2;
    left -= 1U << log2;
  }
  *mpu_control = enable | privileged_default_map;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
}

void reset_handler(void) {
#ifdef __ARM_FP
  /* CPACR: full access to the floating-point unit. */
  *(volatile uint32_t*)0xE000ED88U |= 0xFU << 20;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
  memcpy(firmware_data_start, firmware_data_image, (size_t)(firmware_data_end - firmware_data_start));
  memset(firmware_bss_start, 0, (size_t)(firmware_bss_end - firmware_bss_start));
  guard_memory();
  semihosting_exit(main());
}

__attribute__((used)) void report_fault(void) { semihosting_exit(fault_status); }

/* The stack may be what broke: goes on with an empty one. */
__attribute__((naked)) void fault_handler(void) {
  __asm__ volatile(
      ".syntax unified\n\t"
      "ldr r0, =firmware_stack_top\n\t"
      "mov sp, r0\n\t"
      "ldr r0, =report_fault\n\t"
      "bx r0\n\t"
      ".ltorg");
}

/* The stack pointer, then the handlers of reset, NMI and the faults: all a program without interrupts needs. */
typedef union {
  void (*handler)(void);
  const void* pointer;
} vector_entry;

extern const vector_entry firmware_vectors[];
__attribute__((section(".vectors"), used)) const vector_entry firmware_vectors[16] = {
    {.pointer = firmware_stack_top}, {.handler = reset_handler}, {.handler = fault_handler}, {.handler = fault_handler},
    {.handler = fault_handler},      {.handler = fault_handler}, {.handler = fault_handler},
};
