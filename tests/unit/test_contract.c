/* SPDX-License-Identifier: MIT */
/* Illegal calls: each is LB_ERROR_ARGUMENT, and its message names the argument. The same in a build
 * that drops asserts. */
#include <math.h>
#include <string.h>

#include "testing.h"

#include "lesionbench/explain.h"
#include "lesionbench/method.h"
#include "lesionbench/metrics.h"
#include "lesionbench/patterns.h"
#include "lesionbench/relevance.h"
#include "lesionbench/score.h"
#include "lesionbench/statistics.h"
#include "lesionbench/training.h"
#include "lesionbench/transport.h"
#include "nn/executor_internal.h"

enum { SIDE = 32, CLASSES = 2, BATCH = 2, VALUES = 3 * SIDE * SIDE, FLOATS = 1 << 20 };

/* Executors, each after a forward computation unless it says otherwise. */
typedef struct fixture {
    lb_network *network, *other;
    lb_executor *predict, *features, *explain, *plain, *path, *reference, *elsewhere;
    lb_executor *train;    /* without a forward computation, like the next */
    lb_executor *fresh;    /* of LB_EXECUTOR_EXPLAIN */
    lb_executor *unsaid;   /* of LB_EXECUTOR_EXPLAIN_PATH, activations of zeros not cached */
    lb_patterns *patterns; /* not ready */
    lb_scorer *scorer;     /* without a ground truth */
    float *floats;
    float seeds[BATCH * CLASSES], broken[BATCH * CLASSES];
} fixture;

static fixture f;

static lb_executor_options
options_of(lb_executor_purpose purpose)
{
    lb_executor_options options;
    lb_executor_options_init(&options);
    options.purpose = purpose;
    options.batch = BATCH;
    options.height = options.width = SIDE;
    return options;
}

static lb_executor *
make(lb_network *network, lb_executor_options options, bool forward)
{
    lb_error err;
    lb_executor *executor = NULL;
    assert_ok(lb_executor_create(&executor, network, &options, &err));
    if (forward) {
        assert_ok(lb_executor_forward(executor, &err));
    }
    return executor;
}

static int
set_up(void **state)
{
    (void)state;
    lb_error err;
    lb_architecture architecture;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 16, CLASSES, &err));
    assert_ok(lb_network_create(&f.network, &architecture, 1, &err));
    assert_ok(lb_network_create(&f.other, &architecture, 2, &err));
    f.floats = lb_alloc(FLOATS, sizeof *f.floats, &err);
    assert_non_null(f.floats);
    f.seeds[0] = f.seeds[2] = 1;
    f.broken[1] = NAN;
    lb_executor_options explain = options_of(LB_EXECUTOR_EXPLAIN), reference;
    f.plain = make(f.network, explain, true);
    f.fresh = make(f.network, explain, false);
    explain.keep_preactivation = true;
    f.explain = make(f.network, explain, true);
    reference = explain;
    reference.batch = 1;
    f.reference = make(f.network, reference, true);
    f.elsewhere = make(f.other, reference, true);
    f.path = make(f.network, options_of(LB_EXECUTOR_EXPLAIN_PATH), true);
    f.unsaid = make(f.network, options_of(LB_EXECUTOR_EXPLAIN_PATH), true);
    f.predict = make(f.network, options_of(LB_EXECUTOR_PREDICT), true);
    f.features = make(f.network, options_of(LB_EXECUTOR_FEATURES), true);
    f.train = make(f.network, options_of(LB_EXECUTOR_TRAIN), false);
    assert_ok(lb_patterns_create(&f.patterns, f.plain, &err));
    assert_ok(lb_scorer_create(&f.scorer, SIDE, SIDE, &err));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    lb_executor *all[] = {f.predict,   f.features,  f.explain, f.plain, f.path,
                          f.reference, f.elsewhere, f.train,   f.fresh, f.unsaid};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        lb_executor_free(all[i]);
    }
    lb_patterns_free(f.patterns);
    lb_scorer_free(f.scorer);
    lb_network_free(f.network);
    lb_network_free(f.other);
    lb_free(f.floats);
    return 0;
}

/* Outputs that no illegal call may touch. */
static lb_executor *no_executor;
static float *no_array;
static const float *no_values;
static size_t no_size;

static lb_status
create(lb_executor_options options, lb_error *err)
{
    return lb_executor_create(&no_executor, f.network, &options, err);
}

static lb_status
create_with(lb_executor_options options, lb_executor_switches switches, lb_error *err)
{
    return lb_executor_create_with(&no_executor, f.network, &options, &switches, err);
}

static lb_status
backward(lb_executor *executor, lb_rule rule, const lb_executor *reference, const float *values,
         lb_error *err)
{
    return lb_executor_backward(&no_array, executor, rule, reference, values, err);
}

/* A change of legal options of a purpose. */
#define OPTIONS(name, purpose_, change)                             \
    static lb_status name(lb_error *err)                            \
    {                                                               \
        lb_executor_options o = options_of(LB_EXECUTOR_##purpose_); \
        change;                                                     \
        return create(o, err);                                      \
    }
#define CALL(name, call)                 \
    static lb_status name(lb_error *err) \
    {                                    \
        return call;                     \
    }

/* clang-format off */
CALL(create_no_out, lb_executor_create(NULL, f.network, &(lb_executor_options){0}, err))
CALL(create_no_network, lb_executor_create(&no_executor, NULL, &(lb_executor_options){0}, err))
CALL(create_no_options, lb_executor_create(&no_executor, f.network, NULL, err))
OPTIONS(unknown_purpose, PREDICT, o.purpose = LB_EXECUTOR_PURPOSES)
OPTIONS(no_batch, PREDICT, o.batch = 0)
OPTIONS(huge_batch, PREDICT, o.batch = SIZE_MAX / 2)
OPTIONS(no_height, PREDICT, o.height = 0)
OPTIONS(narrow, PREDICT, o.width = SIDE - 1)
OPTIONS(huge, PREDICT, o.height = SIZE_MAX / 4)
OPTIONS(first_too_far, PREDICT, o.first_block = LB_BLOCKS + 1)
OPTIONS(last_too_far, FEATURES, o.last_block = LB_BLOCKS + 1)
OPTIONS(no_blocks, FEATURES, o.first_block = LB_BLOCKS)
OPTIONS(blocks_backward, FEATURES, (o.first_block = 3, o.last_block = 2))
OPTIONS(logits_of_a_part, PREDICT, o.last_block = 2)
OPTIONS(explain_features, EXPLAIN, o.first_block = 1)
OPTIONS(path_of_features, EXPLAIN_PATH, o.first_block = 1)
OPTIONS(frozen_prediction, PREDICT, o.freeze_first = true)
OPTIONS(frozen_classifier, TRAIN, (o.first_block = LB_BLOCKS, o.freeze_first = true))
OPTIONS(preactivation_in_training, TRAIN, o.keep_preactivation = true)
OPTIONS(preactivation_on_a_path, EXPLAIN_PATH, o.keep_preactivation = true)
OPTIONS(unknown_convolution, PREDICT, o.compute.convolution = 7)
OPTIONS(unknown_precision, PREDICT, o.compute.precision = 7)
CALL(f32_prediction, create_with(options_of(LB_EXECUTOR_PREDICT), (lb_executor_switches){.f32_forward = true}, err))
CALL(forward_only_path, create_with(options_of(LB_EXECUTOR_EXPLAIN_PATH), (lb_executor_switches){.forward_only = true}, err))
CALL(transient_training, create_with(options_of(LB_EXECUTOR_TRAIN), (lb_executor_switches){.transient_weights = true}, err))
CALL(share_other_compute, create_with((lb_executor_options){.batch = 1, .height = SIDE, .width = SIDE, .compute = {.convolution = LB_CONVOLUTION_DIRECT}}, (lb_executor_switches){.share_workspace = f.plain}, err))

CALL(forward_nothing, lb_executor_forward(NULL, err))
CALL(refresh_nothing, lb_executor_refresh(NULL, err))
CALL(input_of_nothing, lb_executor_input(&no_array, NULL, err))
CALL(input_to_nothing, lb_executor_input(NULL, f.plain, err))
CALL(input_size_of_nothing, lb_executor_input_size(&no_size, NULL, err))
CALL(features_size_of_prediction, lb_executor_features_size(&no_size, f.predict, err))
CALL(first_size_of_prediction, lb_executor_first_size(&no_size, f.predict, err))
CALL(logits_of_features, lb_executor_logits(&no_values, f.features, err))
CALL(logits_before_forward, lb_executor_logits(&no_values, f.fresh, err))
CALL(features_of_explain, lb_executor_features(&no_values, f.explain, err))

CALL(guided_on_a_path, backward(f.path, LB_RULE_GUIDED, NULL, f.seeds, err))
CALL(backward_of_prediction, backward(f.predict, LB_RULE_GRADIENT, NULL, f.seeds, err))
CALL(backward_of_training, backward(f.train, LB_RULE_GRADIENT, NULL, f.seeds, err))
CALL(backward_of_features, backward(f.features, LB_RULE_GRADIENT, NULL, f.seeds, err))
CALL(backward_before_forward, backward(f.fresh, LB_RULE_GRADIENT, NULL, f.seeds, err))
CALL(backward_of_nothing, backward(f.plain, LB_RULE_GRADIENT, NULL, NULL, err))
CALL(backward_of_nan, backward(f.plain, LB_RULE_GRADIENT, NULL, f.broken, err))
CALL(unknown_rule, backward(f.plain, LB_RULES, NULL, f.seeds, err))
CALL(negative_rule, backward(f.plain, (lb_rule)-1, NULL, f.seeds, err))
CALL(composite_without_composite, backward(f.plain, LB_RULE_LRP_COMPOSITE, NULL, f.seeds, err))
CALL(patterns_without_patterns, backward(f.plain, LB_RULE_PATTERNS, NULL, f.seeds, err))
CALL(deeplift_without_reference, backward(f.explain, LB_RULE_DEEPLIFT, NULL, f.seeds, err))
CALL(deeplift_without_preactivation, backward(f.plain, LB_RULE_DEEPLIFT, f.reference, f.seeds, err))
CALL(reference_without_preactivation, backward(f.explain, LB_RULE_DEEPLIFT, f.plain, f.seeds, err))
CALL(reference_of_another_network, backward(f.explain, LB_RULE_DEEPLIFT, f.elsewhere, f.seeds, err))
CALL(reference_of_two_images, backward(f.explain, LB_RULE_DEEPLIFT_CAPTUM, f.explain, f.seeds, err))
CALL(reference_of_the_gradient, backward(f.explain, LB_RULE_GRADIENT, f.reference, f.seeds, err))
CALL(to_input_of_nothing, lb_executor_to_input(f.floats, f.plain, LB_RULE_GRADIENT, NULL, err))
CALL(to_input_before_backward, lb_executor_to_input(f.floats, f.plain, LB_RULE_GUIDED, f.floats, err))

CALL(block_too_far, lb_executor_block_backward(f.plain, LB_BLOCKS, f.seeds, err))
CALL(block_on_a_path, lb_executor_block_backward(f.path, 0, f.seeds, err))
CALL(shape_of_a_block_too_far, lb_executor_block_shape(&(lb_block_shape){0}, f.plain, LB_BLOCKS, err))
CALL(read_before_backward, lb_executor_block_read(f.floats, f.floats, f.plain, 1, 0, err))

CALL(no_images, lb_executor_set_batch(f.path, 0, err))
CALL(more_than_the_batch, lb_executor_set_batch(f.path, BATCH + 1, err))
CALL(zeros_of_explain, lb_executor_cache_zero_activations(f.plain, err))
CALL(mask_of_unknown_zeros, lb_executor_set_sparsity_mask(f.unsaid, (const uint8_t *)f.floats, err))

static const lb_composite composite = {.epsilon = 1e-6, .stabilizer = 1e-6};
CALL(no_composite, lb_executor_relevance(f.floats, f.plain, NULL, 1, f.seeds, err))
CALL(composite_on_a_path, lb_executor_relevance(f.floats, f.path, &composite, 1, f.seeds, err))
CALL(composite_of_no_images, lb_executor_relevance(f.floats, f.plain, &composite, 0, f.seeds, err))
CALL(box_everywhere, lb_executor_relevance(f.floats, f.plain, &(lb_composite){.convolutions = LB_RELEVANCE_BOX, .epsilon = 1, .stabilizer = 1}, 1, f.seeds, err))
CALL(unknown_relevance, lb_executor_relevance(f.floats, f.plain, &(lb_composite){.first = LB_RELEVANCE_RULES, .epsilon = 1, .stabilizer = 1}, 1, f.seeds, err))
CALL(epsilon_of_nan, lb_executor_relevance(f.floats, f.plain, &(lb_composite){.epsilon = NAN, .stabilizer = 1}, 1, f.seeds, err))
CALL(no_patterns, lb_executor_patterns(f.floats, f.plain, NULL, false, f.seeds, err))
CALL(patterns_too_soon, lb_executor_patterns(f.floats, f.plain, f.patterns, false, f.seeds, err))
CALL(patterns_of_another_network, lb_patterns_take(f.patterns, f.elsewhere, 1, err))
CALL(patterns_of_a_prediction, lb_patterns_create(&(lb_patterns *){NULL}, f.predict, err))
CALL(round_without_images, lb_patterns_end_round(f.patterns, f.plain, err))
CALL(pattern_of_a_bias, lb_patterns_of(&no_values, f.patterns, 1, err))

CALL(unknown_architecture, lb_network_create(&(lb_network *){NULL}, &(lb_architecture){.depth = 12, .hidden = 8, .classes = 2}, 0, err))
CALL(parameters_too_far, lb_network_randomise(f.network, 0, 1000, 1, err))
CALL(parameters_backward, lb_network_restore(f.network, 3, 2, f.other, err))
CALL(head_of_no_class, lb_network_replace_head(f.network, 0, 1, err))

static lb_status
read_nothing(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    (void)data;
    (void)out;
    (void)index;
    (void)n;
    (void)err;
    return LB_OK;
}
static const int32_t labels[2] = {0, 1};
static const lb_image_loader good = {.count = 2, .channels = 1, .height = SIDE, .width = SIDE, .labels = labels, .read = read_nothing};
static lb_status
predict(size_t channels, size_t height, double dropout, lb_error *err)
{
    lb_image_loader loader = good;
    const lb_predict_options options = {.dropout = dropout};
    loader.channels = channels;
    loader.height = height;
    return lb_predict(f.floats, f.network, &loader, &options, NULL, err);
}
CALL(predict_two_channels, predict(2, SIDE, 0, err))
CALL(predict_no_height, predict(1, 0, 0, err))
CALL(predict_all_dropped, predict(1, SIDE, 1, err))
#define TRAINING(name, change)                                                               \
    static lb_status name(lb_error *err)                                                     \
    {                                                                                        \
        lb_training_options o;                                                               \
        lb_image_loader loader = good;                                                       \
        lb_history history = {.count = 0};                                                   \
        lb_training_defaults(&o);                                                            \
        change;                                                                              \
        return lb_train(&history, f.network, &o, &loader, &good, NULL, err);                 \
    }
TRAINING(unknown_degree, o.degree = 0)
TRAINING(unknown_optimizer, o.optimizer = LB_ADAMW + 1)
TRAINING(unknown_schedule, o.schedule = 9)
TRAINING(momentum_of_nan, o.momentum = NAN)
TRAINING(no_labels, loader.labels = NULL)
TRAINING(no_reader, loader.read = NULL)

static lb_status
explain(const char *method, size_t side, size_t count, int32_t target, lb_explain_options options, lb_error *err)
{
    const lb_method *methods[1] = {lb_method_find(method)};
    const size_t items[1] = {0};
    return lb_explain(f.network, f.floats, 1, side, side, 1, items, &target, methods, count, &options, NULL, NULL, NULL, err);
}
#define EXPLAIN(name, method, side, count, target, change)                                   \
    static lb_status name(lb_error *err)                                                     \
    {                                                                                        \
        lb_explain_options o;                                                                \
        lb_explain_defaults(&o);                                                             \
        change;                                                                              \
        return explain(method, side, count, target, o, err);                                 \
    }
EXPLAIN(no_sink, "saliency", SIDE, 1, 0, (void)0)
EXPLAIN(no_methods, "saliency", SIDE, 0, 0, (void)0)
EXPLAIN(null_method, "nonesuch", SIDE, 1, 0, (void)0)
EXPLAIN(control_of_no_pixels, "sobel", 0, 1, 0, (void)0)
EXPLAIN(too_small_to_explain, "saliency", SIDE / 2, 1, 0, (void)0)
EXPLAIN(no_block, "grad_cam", SIDE, 1, 0, o.cam_block = 0)
EXPLAIN(block_past_the_last, "grad_cam", SIDE, 1, 0, o.cam_block = LB_BLOCKS + 1)
EXPLAIN(noise_of_nan, "smoothgrad", SIDE, 1, 0, o.noise = NAN)
EXPLAIN(unknown_answer, "rise", SIDE, 1, 0, o.perturbation.answer = 3)
EXPLAIN(no_steps, "saliency", SIDE, 1, 0, o.steps = 0)

CALL(score_without_truth, lb_scorer_score(&(lb_map_score){0}, f.scorer, f.floats, 1, LB_TIES_STRICT, err))
CALL(scorer_of_no_pixels, lb_scorer_create(&(lb_scorer *){NULL}, 0, SIDE, err))
CALL(truth_of_nothing, lb_scorer_set_truth(f.scorer, NULL, err))
CALL(classify_nothing, lb_classify_score(&(lb_classification){0}, NULL, labels, 2, err))
static const double one[2] = {1, 2};
static const uint32_t clusters[2] = {0, 2};
static const lb_point_masses points = {.count = 2, .y = one, .x = one};
CALL(unknown_ground, lb_transport(&(double){0}, &points, &points, 0, (lb_ground)2, err))
CALL(transport_of_nothing, lb_transport(&(double){0}, NULL, &points, 0, LB_GROUND_SQUARED, err))
CALL(points_without_place, lb_transport(&(double){0}, &points, &(lb_point_masses){.count = 1}, 0, LB_GROUND_SQUARED, err))
CALL(cluster_too_far, lb_cluster_means((double[2]){0}, one, clusters, 2, 2, err))
CALL(regression_on_a_cluster_too_far, lb_regression_cr2(&(lb_coefficient){0}, one, one, 1, clusters, 2, 2, err))
CALL(level_of_two, lb_bootstrap_percentile(&(lb_interval){0}, lb_weighted_mean, NULL, &(lb_resamples){0}, 2, err))
CALL(level_of_nan, lb_bootstrap_bca(&(lb_interval){0}, lb_weighted_mean, NULL, &(lb_resamples){0}, NAN, err))

#define ROW(call, word) {#call, call, word}
static const struct row {
    const char *name;
    lb_status (*call)(lb_error *err);
    const char *word; /* of the message */
} rows[] = {
    ROW(create_no_out, "out"), ROW(create_no_network, "network"), ROW(create_no_options, "options"),
    ROW(unknown_purpose, "purpose"), ROW(no_batch, "batch"), ROW(huge_batch, "batch"),
    ROW(no_height, "height"), ROW(narrow, "width"), ROW(huge, "height"),
    ROW(first_too_far, "first_block"), ROW(last_too_far, "last_block"), ROW(no_blocks, "first_block"),
    ROW(blocks_backward, "first_block"), ROW(logits_of_a_part, "last_block"),
    ROW(explain_features, "first_block"), ROW(path_of_features, "first_block"),
    ROW(frozen_prediction, "freeze_first"), ROW(frozen_classifier, "freeze_first"),
    ROW(preactivation_in_training, "keep_preactivation"),
    ROW(preactivation_on_a_path, "keep_preactivation"), ROW(unknown_convolution, "convolution"),
    ROW(unknown_precision, "precision"), ROW(f32_prediction, "f32_forward"),
    ROW(forward_only_path, "forward_only"), ROW(transient_training, "transient_weights"),
    ROW(share_other_compute, "share_workspace"),
    ROW(forward_nothing, "executor"), ROW(refresh_nothing, "executor"),
    ROW(input_of_nothing, "executor"), ROW(input_to_nothing, "out"),
    ROW(input_size_of_nothing, "executor"), ROW(features_size_of_prediction, "LB_EXECUTOR_FEATURES"),
    ROW(first_size_of_prediction, "LB_EXECUTOR_EXPLAIN"), ROW(logits_of_features, "lb_executor_features()"),
    ROW(logits_before_forward, "lb_executor_forward()"), ROW(features_of_explain, "LB_EXECUTOR_FEATURES"),
    ROW(guided_on_a_path, "LB_RULE_GUIDED"), ROW(backward_of_prediction, "LB_EXECUTOR_PREDICT"),
    ROW(backward_of_training, "LB_EXECUTOR_TRAIN"), ROW(backward_of_features, "LB_EXECUTOR_FEATURES"),
    ROW(backward_before_forward, "lb_executor_forward()"), ROW(backward_of_nothing, "logit_values"),
    ROW(backward_of_nan, "logit_values[1]"), ROW(unknown_rule, "rule"), ROW(negative_rule, "rule"),
    ROW(composite_without_composite, "lb_executor_relevance()"),
    ROW(patterns_without_patterns, "lb_executor_patterns()"),
    ROW(deeplift_without_reference, "reference"),
    ROW(deeplift_without_preactivation, "keep_preactivation"),
    ROW(reference_without_preactivation, "reference"),
    ROW(reference_of_another_network, "reference"), ROW(reference_of_two_images, "reference"),
    ROW(reference_of_the_gradient, "reference"), ROW(to_input_of_nothing, "first"),
    ROW(to_input_before_backward, "first"), ROW(block_too_far, "block"),
    ROW(block_on_a_path, "LB_EXECUTOR_EXPLAIN_PATH"), ROW(shape_of_a_block_too_far, "block"),
    ROW(read_before_backward, "block"), ROW(no_images, "images"), ROW(more_than_the_batch, "images"),
    ROW(zeros_of_explain, "executor"), ROW(mask_of_unknown_zeros, "zero"),
    ROW(no_composite, "composite"), ROW(composite_on_a_path, "executor"),
    ROW(composite_of_no_images, "count"), ROW(box_everywhere, "convolutions"),
    ROW(unknown_relevance, "first"), ROW(epsilon_of_nan, "epsilon"), ROW(no_patterns, "patterns"),
    ROW(patterns_too_soon, "patterns"), ROW(patterns_of_another_network, "patterns"),
    ROW(patterns_of_a_prediction, "executor"), ROW(round_without_images, "patterns"),
    ROW(pattern_of_a_bias, "parameter"), ROW(unknown_architecture, "depth"),
    ROW(parameters_too_far, "end"), ROW(parameters_backward, "first"), ROW(head_of_no_class, "classes"),
    ROW(predict_two_channels, "channels"), ROW(predict_no_height, "height"),
    ROW(predict_all_dropped, "dropout"), ROW(unknown_degree, "degree"),
    ROW(unknown_optimizer, "optimizer"), ROW(unknown_schedule, "schedule"),
    ROW(momentum_of_nan, "momentum"), ROW(no_labels, "labels"), ROW(no_reader, "read"),
    ROW(no_sink, "sink"), ROW(no_methods, "method_count"), ROW(null_method, "method 0"),
    ROW(control_of_no_pixels, "height"), ROW(too_small_to_explain, "height"), ROW(no_block, "cam_block"),
    ROW(block_past_the_last, "cam_block"), ROW(noise_of_nan, "noise"), ROW(unknown_answer, "answer"),
    ROW(no_steps, "steps"), ROW(score_without_truth, "lb_scorer_set_truth()"),
    ROW(scorer_of_no_pixels, "0 x"), ROW(truth_of_nothing, "truth"), ROW(classify_nothing, "logits"),
    ROW(unknown_ground, "ground"), ROW(transport_of_nothing, "from"), ROW(points_without_place, "to"),
    ROW(cluster_too_far, "cluster[1]"), ROW(regression_on_a_cluster_too_far, "cluster[1]"),
    ROW(level_of_two, "level"), ROW(level_of_nan, "level")};
/* clang-format on */

static void
illegal_calls_are_errors_of_argument(void **state)
{
    (void)state;
    size_t wrong = 0, count = sizeof rows / sizeof *rows;
    for (size_t i = 0; i < count; i++) {
        lb_error err = {.code = LB_OK};
        lb_status status = rows[i].call(&err);
        if (status != LB_ERROR_ARGUMENT || err.code != LB_ERROR_ARGUMENT) {
            print_error("%s: status %d, expected %d: %s\n", rows[i].name, (int)status,
                        (int)LB_ERROR_ARGUMENT, err.message);
            wrong++;
        } else if (strstr(err.message, rows[i].word) == NULL || strchr(err.message, '\n') != NULL) {
            print_error("%s: \"%s\" does not name %s\n", rows[i].name, err.message, rows[i].word);
            wrong++;
        }
    }
    print_message("%zu illegal calls\n", count);
    assert_int_equal(wrong, 0);
    assert_true(count >= 40);
    assert_null(no_executor);
    assert_null(no_array);
    assert_null(no_values);
    assert_int_equal(no_size, 0);
}

/* What a batch and a size alone ask for is the whole network. */
static void
zero_blocks_are_the_whole_network(void **state)
{
    (void)state;
    lb_error err;
    lb_executor *executor = NULL;
    const lb_executor_options options = {.batch = BATCH, .height = SIDE, .width = SIDE};
    const float *logits = NULL, *expected = NULL;
    assert_ok(lb_executor_create(&executor, f.network, &options, &err));
    assert_ok(lb_executor_forward(executor, &err));
    assert_ok(lb_executor_logits(&logits, executor, &err));
    assert_ok(lb_executor_logits(&expected, f.predict, &err));
    assert_memory_equal(logits, expected, BATCH * CLASSES * sizeof *logits);
    lb_executor_free(executor);
}

/* What one computation gave is not taken for what another one left behind. */
static void
results_do_not_outlive_their_computation(void **state)
{
    (void)state;
    lb_error err;
    float *first = NULL;
    const float *logits = NULL;
    lb_executor *executor = make(f.network, options_of(LB_EXECUTOR_EXPLAIN), true);
    assert_ok(lb_executor_backward(&first, executor, LB_RULE_GUIDED, NULL, f.seeds, &err));
    assert_int_equal(lb_executor_to_input(f.floats, executor, LB_RULE_GRADIENT, first, &err),
                     LB_ERROR_ARGUMENT);
    assert_ok(lb_executor_to_input(f.floats, executor, LB_RULE_GUIDED, first, &err));
    assert_int_equal(lb_executor_to_input(f.floats, executor, LB_RULE_GUIDED, first, &err),
                     LB_ERROR_ARGUMENT);
    assert_ok(lb_executor_block_backward(executor, 2, f.seeds, &err));
    assert_int_equal(lb_executor_block_read(f.floats, f.floats, executor, 1, 0, &err),
                     LB_ERROR_ARGUMENT);
    assert_int_equal(lb_executor_block_read(f.floats, f.floats, executor, 2, BATCH, &err),
                     LB_ERROR_ARGUMENT);
    assert_ok(lb_executor_refresh(executor, &err));
    assert_int_equal(lb_executor_logits(&logits, executor, &err), LB_ERROR_ARGUMENT);
    lb_executor_discard_workspace(executor);
    assert_int_equal(lb_executor_forward(executor, &err), LB_ERROR_ARGUMENT);
    assert_int_equal(lb_executor_refresh(executor, &err), LB_ERROR_ARGUMENT);
    lb_executor_free(executor);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(illegal_calls_are_errors_of_argument),
        cmocka_unit_test(zero_blocks_are_the_whole_network),
        cmocka_unit_test(results_do_not_outlive_their_computation),
    };
    return cmocka_run_group_tests_name("contract", tests, set_up, tear_down);
}
