/* startup.c: from reset to main on any Cortex-M, and from main's result to the emulator's exit status. */
#include <stdint.h>
#include <string.h>

#include "semihosting.h"

extern uint32_t firmware_stack_top[];
extern uint8_t firmware_data_start[], firmware_data_end[], firmware_data_image[];
extern uint8_t firmware_bss_start[], firmware_bss_end[];

int main(void);
void reset_handler(void);
void fault_handler(void);
void report_fault(void);

/* The exit status of a firmware that faulted: a bad access, an undefined instruction, a stack that ran out. */
enum { fault_status = 99 };

void reset_handler(void) {
#ifdef __ARM_FP
  /* CPACR: full access to the floating-point unit. */
  *(volatile uint32_t*)0xE000ED88U |= 0xFU << 20;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
  memcpy(firmware_data_start, firmware_data_image, (size_t)(firmware_data_end - firmware_data_start));
  memset(firmware_bss_start, 0, (size_t)(firmware_bss_end - firmware_bss_start));
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
