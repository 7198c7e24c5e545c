/* SPDX-License-Identifier: MIT */
/* The audit: its parts in order. */
#include "lesionbench/audit.h"

#include "audit_internal.h"

void
lb_audit_defaults(lb_audit_options *options)
{
    *options = (lb_audit_options){
        .splits = {true, true, true}, .control_split = LB_HOLDOUT, .control_images = 200};
}

lb_status
lb_audit_data(lb_audit *audit, const char *path, const lb_audit_options *options,
              const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    audit_data data = {0};
    LB_TRY(audit_gather(&data, audit, path, options, context, err));
    LB_TRY(audit_classify(audit, &data, context, err));
    LB_TRY(audit_boxes(audit, &data, err));
    LB_TRY(audit_distributions(audit, &data, err));
    LB_TRY(audit_leaks(audit, &data, err));
    LB_TRY(audit_twins(audit, &data, context, err));
    LB_TRY(audit_balance(audit, &data, err));
    LB_TRY(audit_defects(audit, &data, err));
    lb_audit_advise(audit);
cleanup:
    audit_data_release(&data);
    return status;
}
