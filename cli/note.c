/* SPDX-License-Identifier: MIT */
/* What a command says besides its result. */
#include "cli.h"

#include <stdarg.h>

#include "lesionbench/leak.h"

void
cli_note(cli *self, const char *format, ...)
{
    va_list arguments;
    if (self->quiet) {
        return;
    }
    cli_clear_progress(self);
    fputs("note: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

lb_status
cli_note_leak(cli *self, const char *model, const char *data, lb_error *err)
{
    lb_status status = LB_OK;
    lb_leak leak;
    bool known = false;
    LB_TRY(lb_model_leak(&leak, &known, model, data, err));
    if (leak.seen > 0) {
        cli_note(self,
                 "%s was trained on %zu of the %zu subjects in the holdout of %s; train it anew "
                 "with 'pretrain --data' and 'finetune' on this dataset",
                 model, leak.seen, leak.holdout, data);
    } else if (leak.alike > 0) {
        cli_note(self,
                 "%s was trained on %zu subjects with the names of subjects in the holdout of %s, "
                 "in other slices: see that they are other people",
                 model, leak.alike, data);
    }
cleanup:
    return status;
}
