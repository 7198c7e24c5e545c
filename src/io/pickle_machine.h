/* SPDX-License-Identifier: MIT */
/* What opcodes do to the machine. */
#ifndef LB_IO_PICKLE_MACHINE_H
#define LB_IO_PICKLE_MACHINE_H

#include "pickle_internal.h"

/* The next `size` bytes of the pickle, where they are. */
lb_status lb_pickle_fetch(lb_pickle_machine *machine, const uint8_t **out, uint64_t size);
/* An unsigned number of `width` bytes, the lowest first. */
lb_status lb_pickle_fetch_size(lb_pickle_machine *machine, uint64_t *out, size_t width);
/* Up to the next end of a line, which is left out. */
lb_status lb_pickle_fetch_line(lb_pickle_machine *machine, const char **out, size_t *length);

lb_status lb_pickle_push(lb_pickle_machine *machine, lb_value value);
lb_status lb_pickle_pop(lb_pickle_machine *machine, lb_value *out);
/* NULL with err set where nothing lies above the last mark. Good until the next push. */
lb_value *lb_pickle_top(lb_pickle_machine *machine);
lb_status lb_pickle_mark(lb_pickle_machine *machine);
/* Takes off the last mark with all values above it, which stay good until the next push. */
lb_status lb_pickle_pop_mark(lb_pickle_machine *machine, const lb_value **values, size_t *count);

/* The memo: the top of the stack goes in, a value comes back to the stack. */
lb_status lb_pickle_remember(lb_pickle_machine *machine, uint64_t index);
lb_status lb_pickle_recall(lb_pickle_machine *machine, uint64_t index);

/* pickle_opcodes.c */
lb_status lb_pickle_step(lb_pickle_machine *machine, uint8_t code);

#endif
