/* SPDX-License-Identifier: MIT */
/* The loop over the opcodes of a pickle. */
#include "pickle_machine.h"

/* What the last pickle of the stream left behind stays in the arena. */
static void
restart(lb_pickle_machine *machine)
{
    machine->depth = machine->mark_count = 0;
    machine->memo = NULL;
    machine->memo_capacity = machine->memo_count = 0;
    machine->stopped = false;
}

lb_status
lb_pickle_run_next(lb_value *out, lb_pickle_machine *machine)
{
    restart(machine);
    while (!machine->stopped) {
        machine->opcode_at = machine->at;
        if (machine->at == machine->size) {
            return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                                  "is truncated: it ends without the opcode STOP");
        }
        uint8_t code = machine->bytes[machine->at++];
        lb_status status = lb_pickle_step(machine, code);
        if (status != LB_OK) {
            return status;
        }
    }
    return lb_pickle_pop(machine, out);
}
