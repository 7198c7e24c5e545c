/* SPDX-License-Identifier: MIT */
/* with_cpu SET PROGRAM [ARGUMENT...]: runs a program with LESIONBENCH_CPU=SET. Where the processor
 * lacks the set it says so and exits with 77, which CTest counts as skipped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"

enum { SKIPPED = 77, WRONG = 2 };

int
main(int argc, char **argv)
{
    const char *best = lb_cpu_name(lb_cpu_machine());
    lb_cpu cpu;
    lb_error err;
    if (argc < 3 || lb_cpu_choose(&cpu, LB_CPU_AVX512, argv[1], NULL, &err) != LB_OK) {
        fputs("usage: with_cpu baseline|avx2|avx512 PROGRAM [ARGUMENT...]\n", stderr);
        return WRONG;
    }
    if (cpu > lb_cpu_machine()) {
        printf("skipped: this processor has %s and not %s\n", best, argv[1]);
        return SKIPPED;
    }
    if (setenv("LESIONBENCH_CPU", argv[1], 1) == 0 && unsetenv("ONEDNN_MAX_CPU_ISA") == 0 &&
        unsetenv("DNNL_MAX_CPU_ISA") == 0) {
        execv(argv[2], argv + 2);
    }
    perror(argv[2]);
    return WRONG;
}
