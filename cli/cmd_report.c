/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "lesionbench/report.h"

lb_status
cmd_report(cli *self, int argc, char **argv, lb_error *err)
{
    size_t operands = 0;
    const opt_spec spec = {.usage = "lesionbench report DIR",
                           .help = "Draws the figures of a study folder and writes "
                                   "DIR/report/index.html.",
                           .min_operands = 1,
                           .max_operands = 1};
    lb_status status = opt_parse(&operands, self, &spec, argc, argv, err);
    if (status != LB_OK || self->help) {
        return status;
    }
    status = lb_report(argv[1], &self->context, err);
    if (status == LB_OK) {
        cli_result(self, "the page: %s/report/index.html", argv[1]);
    }
    return status;
}
