/* SPDX-License-Identifier: MIT */
/* What a caller may ask of an executor: all checks of options and of the order of calls. */
#include "executor.h"

const char *
lb_executor_purpose_name(lb_executor_purpose purpose)
{
    static const char *const names[LB_EXECUTOR_PURPOSES] = {
        [LB_EXECUTOR_PREDICT] = "LB_EXECUTOR_PREDICT",
        [LB_EXECUTOR_FEATURES] = "LB_EXECUTOR_FEATURES",
        [LB_EXECUTOR_TRAIN] = "LB_EXECUTOR_TRAIN",
        [LB_EXECUTOR_EXPLAIN] = "LB_EXECUTOR_EXPLAIN",
        [LB_EXECUTOR_EXPLAIN_PATH] = "LB_EXECUTOR_EXPLAIN_PATH"};
    return (size_t)purpose < LB_EXECUTOR_PURPOSES ? names[purpose] : "unknown";
}

static const char *
rule_name(lb_rule rule)
{
    static const char *const names[LB_RULES] = {[LB_RULE_GRADIENT] = "LB_RULE_GRADIENT",
                                                [LB_RULE_GUIDED] = "LB_RULE_GUIDED",
                                                [LB_RULE_DECONVOLUTION] = "LB_RULE_DECONVOLUTION",
                                                [LB_RULE_LRP_EPSILON] = "LB_RULE_LRP_EPSILON",
                                                [LB_RULE_DEEPLIFT] = "LB_RULE_DEEPLIFT",
                                                [LB_RULE_DEEPLIFT_CAPTUM] =
                                                    "LB_RULE_DEEPLIFT_CAPTUM",
                                                [LB_RULE_LRP_COMPOSITE] = "LB_RULE_LRP_COMPOSITE",
                                                [LB_RULE_PATTERNS] = "LB_RULE_PATTERNS"};
    return names[rule];
}

/* ------------------------------------------------------------------------------------------------
 * Options
 */

static lb_status
check_sizes(const lb_executor_options *o, lb_error *err)
{
    enum { MIN_SIDE = 1 << LB_BLOCKS, MAX_SIDE = 1 << 14, MAX_BATCH = 1 << 20 };
    if (o->batch == 0 || o->batch > MAX_BATCH) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "a batch of %zu images: batch must be 1 to %d",
                       o->batch, MAX_BATCH);
    }
    if (o->height < MIN_SIDE || o->width < MIN_SIDE || o->height > MAX_SIDE ||
        o->width > MAX_SIDE) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "images of %zu x %zu: a VGG network takes %d to %d pixels a side (height, "
                       "width)",
                       o->height, o->width, MIN_SIDE, MAX_SIDE);
    }
    return LB_OK;
}

static bool
explains(lb_executor_purpose purpose)
{
    return purpose == LB_EXECUTOR_EXPLAIN || purpose == LB_EXECUTOR_EXPLAIN_PATH;
}

static lb_status
check_blocks(const lb_executor_options *o, lb_error *err)
{
    const char *purpose = lb_executor_purpose_name(o->purpose);
    size_t last = o->last_block == 0 ? LB_BLOCKS : o->last_block;
    if (o->first_block > LB_BLOCKS || last > LB_BLOCKS) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "first_block %zu and last_block %zu: must be at most %d", o->first_block,
                       o->last_block, LB_BLOCKS);
    }
    if (o->purpose != LB_EXECUTOR_FEATURES && last != LB_BLOCKS) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "last_block %zu: %s goes to the end of the network (use 0, or "
                       "LB_EXECUTOR_FEATURES)",
                       o->last_block, purpose);
    }
    if (o->purpose == LB_EXECUTOR_FEATURES && o->first_block >= last) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "first_block %zu is not before last_block %zu: no features to compute",
                       o->first_block, last);
    }
    if (explains(o->purpose) && o->first_block > 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "first_block %zu: %s starts from the image (use 0)",
                       o->first_block, purpose);
    }
    return LB_OK;
}

/* Options that belong to one purpose. */
static lb_status
check_purpose(const lb_executor_options *o, lb_error *err)
{
    const char *purpose = lb_executor_purpose_name(o->purpose);
    if (o->freeze_first && (o->purpose != LB_EXECUTOR_TRAIN || o->first_block == LB_BLOCKS)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "freeze_first with %s and first_block %zu: there is no convolution to train",
                       purpose, o->first_block);
    }
    if (o->keep_preactivation && o->purpose != LB_EXECUTOR_EXPLAIN) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "keep_preactivation with %s: is of LB_EXECUTOR_EXPLAIN alone", purpose);
    }
    return LB_OK;
}

static lb_status
check_switches(const lb_executor_options *o, const lb_executor_switches *s, lb_error *err)
{
    const char *purpose = lb_executor_purpose_name(o->purpose);
    const lb_executor *shared = s->share_workspace;
    if ((s->f32_forward || s->forward_only) && o->purpose != LB_EXECUTOR_EXPLAIN) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s with %s: is of LB_EXECUTOR_EXPLAIN alone",
                       s->f32_forward ? "f32_forward" : "forward_only", purpose);
    }
    if (s->transient_weights && o->purpose == LB_EXECUTOR_TRAIN) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "transient_weights with %s: weights change there",
                       purpose);
    }
    if (shared != NULL &&
        (shared->backend == NULL || shared->plan.compute.convolution != o->compute.convolution ||
         shared->plan.compute.precision != o->compute.precision)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "share_workspace: the other executor computes by other settings of compute, "
                       "or its workspace was discarded");
    }
    return LB_OK;
}

lb_status
lb_compute_check(const lb_compute *compute, lb_error *err)
{
    if (compute->convolution > LB_CONVOLUTION_DIRECT) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "compute.convolution %zu is not an lb_convolution_choice",
                       compute->convolution);
    }
    if (compute->precision > LB_PRECISION_BF16) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "compute.precision %zu is not an lb_number_format",
                       compute->precision);
    }
    return LB_OK;
}

lb_status
lb_executor_check_options(const lb_executor_options *o, const lb_executor_switches *switches,
                          lb_error *err)
{
    lb_status status = LB_OK;
    if ((size_t)o->purpose >= LB_EXECUTOR_PURPOSES) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "purpose %d is not an lb_executor_purpose",
                       (int)o->purpose);
    }
    LB_TRY(check_sizes(o, err));
    LB_TRY(check_blocks(o, err));
    LB_TRY(check_purpose(o, err));
    LB_TRY(lb_compute_check(&o->compute, err));
    LB_TRY(check_switches(o, switches, err));
cleanup:
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * Calls
 */

lb_status
lb_executor_check_forward(const lb_executor *executor, const char *function, lb_error *err)
{
    return executor->has_forward
               ? LB_OK
               : lb_fail(err, LB_ERROR_ARGUMENT,
                         "%s: executor has computed nothing (call lb_executor_forward() first)",
                         function);
}

lb_status
lb_executor_check_backward(const lb_executor *executor, const char *function, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_executor_plan *plan = &executor->plan;
    if (!plan->backward) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: executor of %s cannot go backward (use LB_EXECUTOR_EXPLAIN)", function,
                       lb_executor_purpose_name(plan->purpose));
    }
    if (executor->discarded) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: the workspace of executor was discarded",
                       function);
    }
    LB_TRY(lb_executor_check_forward(executor, function, err));
cleanup:
    return status;
}

lb_status
lb_executor_check_values(const lb_executor *executor, const float *logit_values,
                         const char *function, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_check_pointer(logit_values, function, "logit_values", err));
    size_t count = executor->plan.batch * executor->steps[executor->count - 1].size;
    size_t bad = lb_first_not_finite(logit_values, count);
    if (bad < count) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: logit_values[%zu] is not finite", function,
                       bad);
    }
cleanup:
    return status;
}

lb_status
lb_executor_check_explain(const lb_executor *executor, const char *function, lb_error *err)
{
    if (executor->plan.purpose != LB_EXECUTOR_EXPLAIN) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: executor of %s keeps no activations (use LB_EXECUTOR_EXPLAIN)",
                       function, lb_executor_purpose_name(executor->plan.purpose));
    }
    return LB_OK;
}

lb_status
lb_executor_check_count(const lb_executor *executor, size_t count, const char *function,
                        const char *argument, lb_error *err)
{
    if (count == 0 || count > executor->plan.batch) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: %s is %zu, must be 1 to the batch of %zu",
                       function, argument, count, executor->plan.batch);
    }
    return LB_OK;
}

lb_status
lb_executor_check_rule(const lb_executor *executor, lb_rule rule, const char *function,
                       lb_error *err)
{
    if ((size_t)rule >= LB_RULES) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: rule %d is not an lb_rule", function,
                       (int)rule);
    }
    if (rule == LB_RULE_LRP_COMPOSITE || rule == LB_RULE_PATTERNS) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: rule %s needs a %s (call %s instead)", function,
                       rule_name(rule), rule == LB_RULE_PATTERNS ? "fit of patterns" : "composite",
                       rule == LB_RULE_PATTERNS ? "lb_executor_patterns()"
                                                : "lb_executor_relevance()");
    }
    if (rule != LB_RULE_GRADIENT && executor->plan.decisions_only) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: rule %s on an executor of LB_EXECUTOR_EXPLAIN_PATH, which computes "
                       "LB_RULE_GRADIENT alone (use LB_EXECUTOR_EXPLAIN)",
                       function, rule_name(rule));
    }
    return LB_OK;
}

static lb_status
check_same_problem(const lb_executor *executor, const lb_executor *reference, lb_error *err)
{
    const lb_executor_plan *a = &executor->plan, *b = &reference->plan;
    if (reference->network != executor->network) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "lb_executor_backward: reference is of another network");
    }
    if (b->batch != 1 || b->height != a->height || b->width != a->width) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "lb_executor_backward: reference has a batch of %zu images of %zu x %zu, "
                       "must be 1 of %zu x %zu",
                       b->batch, b->height, b->width, a->height, a->width);
    }
    return LB_OK;
}

lb_status
lb_executor_check_reference(const lb_executor *executor, lb_rule rule, const lb_executor *reference,
                            lb_error *err)
{
    static const char function[] = "lb_executor_backward";
    lb_status status = LB_OK;
    if (rule != LB_RULE_DEEPLIFT && rule != LB_RULE_DEEPLIFT_CAPTUM) {
        return reference == NULL ? LB_OK
                                 : lb_fail(err, LB_ERROR_ARGUMENT,
                                           "%s: reference is of the DeepLIFT rules alone, rule is "
                                           "%s (use NULL)",
                                           function, rule_name(rule));
    }
    if (reference == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: reference is NULL, which rule %s needs",
                       function, rule_name(rule));
    }
    if (!executor->plan.keep_preactivation || !reference->plan.keep_preactivation) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: rule %s needs keep_preactivation in the options of %s", function,
                       rule_name(rule),
                       executor->plan.keep_preactivation ? "reference" : "executor");
    }
    LB_TRY(check_same_problem(executor, reference, err));
    if (!reference->has_forward) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: reference has computed nothing (call lb_executor_forward() on it)",
                       function);
    }
cleanup:
    return status;
}

lb_status
lb_executor_check_first(const lb_executor *executor, lb_rule rule, const float *first,
                        lb_error *err)
{
    static const char function[] = "lb_executor_to_input";
    const lb_backward_state *last = &executor->backward;
    bool own = first == executor->gradient[0] || first == executor->gradient[1];
    if (!own && rule == LB_RULE_GRADIENT) {
        return LB_OK;
    }
    if (!last->done || last->step != 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: first is of no backward computation (call lb_executor_backward() "
                       "first)",
                       function);
    }
    if (last->rule != rule) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: rule is %s, but first is by %s", function,
                       rule_name(rule), rule_name(last->rule));
    }
    return LB_OK;
}
