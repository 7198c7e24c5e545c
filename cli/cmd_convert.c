/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/convert.h"

lb_status
cmd_convert(cli *self, int argc, char **argv, lb_error *err)
{
    size_t operands = 0;
    const opt_spec spec = {
        .usage = "lesionbench convert IN OUT",
        .help =
            "X.npy to X.h5 (dataset `data`); X.pkl to X.npy, where it holds one array; X.pkl to\n"
            "X.h5: lists, tuples and dicts as groups, arrays, numbers and texts as datasets.\n"
            "Pickles are read without running the code that is in them.",
        .min_operands = 2,
        .max_operands = 2};
    lb_status status = opt_parse(&operands, self, &spec, argc, argv, err);
    if (status != LB_OK || self->help) {
        return status;
    }
    if (strcmp(argv[1], argv[2]) == 0) {
        return opt_wrong(self, err, "IN and OUT are the same file: %s", argv[1]);
    }
    return lb_convert(argv[1], argv[2], &self->context, err);
}
