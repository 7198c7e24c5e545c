/* SPDX-License-Identifier: MIT */
/* What is asked of composing: defaults, what a protocol stands for, what cannot be. */
#include "composer.h"

enum { MAX_SIZE = 4096 };

const char *const LB_PROTOCOLS[] = {"corrected", "reference", "fair", NULL};
const char *const LB_POLARITIES[] = {"light", "dark", "random", "tissue", NULL};
const char *const LB_LABEL_RULES[] = {"shape", "side", NULL};

void
lb_compose_defaults(lb_compose_options *options)
{
    *options = (lb_compose_options){.images = {2500, 2500, 2500},
                                    .first_seed = {0, 30000, 50000},
                                    .size = 224,
                                    .brain_intensity = 0.7,
                                    .lesion_intensity = 0.5,
                                    .truth_threshold = 0.5,
                                    .minimum_lesions = 3,
                                    .maximum_lesions = 5,
                                    .distractors = 2};
}

lb_status
lb_compose_quirks(lb_quirk_set *out, const lb_compose_options *options, lb_error *err)
{
    lb_quirk_set set = options->protocol == LB_PROTOCOL_REFERENCE ? LB_ALL_QUIRKS : 0;
    lb_status status = lb_quirks_switch(&set, options->quirks, LB_DATA_QUIRKS, err);
    if (status == LB_OK) {
        *out = set;
    }
    return status;
}

lb_status
lb_compose_rules(lb_scene_rules *out, const lb_compose_options *options, lb_error *err)
{
    lb_quirk_set quirks = 0;
    bool fair = options->protocol == LB_PROTOCOL_FAIR;
    lb_status status = lb_compose_quirks(&quirks, options, err);
    if (status != LB_OK) {
        return status;
    }
    bool halo = lb_quirk_is_on(quirks, LB_QUIRK_TRUTH_FROM_RESIZED_HALO);
    *out = (lb_scene_rules){.size = options->size,
                            .brain_intensity = options->brain_intensity,
                            .lesion_intensity = options->lesion_intensity,
                            .truth_threshold = halo ? 0 : options->truth_threshold,
                            .minimum_lesions = options->minimum_lesions,
                            .maximum_lesions = options->maximum_lesions,
                            .distractors = fair ? options->distractors : 0,
                            .polarity = (lb_polarity)options->polarity,
                            .label_by_side = options->label_by == LB_LABEL_BY_SIDE,
                            .shuffle_round = !lb_quirk_is_on(quirks, LB_QUIRK_ROUND_NOT_SHUFFLED),
                            .faint_box = lb_quirk_is_on(quirks, LB_QUIRK_BOX_ARTEFACT),
                            .unbounded = lb_quirk_is_on(quirks, LB_QUIRK_UNBOUNDED_PLACEMENT),
                            .footprints = fair,
                            .seed = options->seed};
    return LB_OK;
}

size_t
lb_compose_images(const lb_compose_options *options, const lb_slices *slices, lb_split split)
{
    if (options->every_slice == 0) {
        return options->images[split];
    }
    return options->every_slice == 1 + (size_t)split ? lb_slices_count(slices) : 0;
}

static lb_status
check_share(const char *name, double value, lb_error *err)
{
    if (!(value >= 0 && value <= 1)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "the %s is %g: it must be 0 to 1", name, value);
    }
    return LB_OK;
}

/* Images of different splits must not share a seed, and so their lesions. */
static lb_status
check_seeds(const lb_compose_options *options, const size_t images[LB_SPLITS], lb_error *err)
{
    for (int a = 0; a < LB_SPLITS; a++) {
        uint64_t first = options->first_seed[a], end = first + images[a];
        if (images[a] > INT32_MAX || end > (uint64_t)UINT32_MAX + 1) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "%zu images of split '%s' need seeds beyond %u",
                           images[a], lb_split_name((lb_split)a), UINT32_MAX);
        }
        for (int b = 0; b < a; b++) {
            uint64_t other = options->first_seed[b], other_end = other + images[b];
            if (first < other_end && other < end) {
                return lb_fail(err, LB_ERROR_ARGUMENT,
                               "the splits '%s' and '%s' share seeds: set first seeds further "
                               "apart, or ask for fewer images",
                               lb_split_name((lb_split)b), lb_split_name((lb_split)a));
            }
        }
    }
    return LB_OK;
}

static lb_status
check_lesions(const lb_compose_options *options, const lb_lesion_library *lesions, lb_error *err)
{
    size_t round = lesions->count[LB_ROUND], irregular = lesions->count[LB_IRREGULAR];
    size_t fewest = round < irregular ? round : irregular, most = options->maximum_lesions;
    if (options->minimum_lesions == 0 || options->minimum_lesions > most || most > LB_MAX_LESIONS) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "cannot put %zu to %zu lesions on an image: ask for 1 to %d",
                       options->minimum_lesions, most, (int)LB_MAX_LESIONS);
    }
    if (most > fewest) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%zu lesions on an image need as many of each shape: the library has %zu "
                       "round and %zu irregular",
                       most, round, irregular);
    }
    if (options->protocol != LB_PROTOCOL_FAIR) {
        return LB_OK;
    }
    if (most * (1 + options->distractors) > LB_MAX_ITEMS) {
        return lb_fail(
            err, LB_ERROR_ARGUMENT,
            "cannot put %zu lesions with %zu distractors each on an image: %d at most in "
            "all",
            most, options->distractors, (int)LB_MAX_ITEMS);
    }
    if (options->distractors > 0 && lesions->count[LB_DISTRACTOR] == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "the protocol fair needs distractors and the library has none (make it with "
                       "'lesionbench lesions')");
    }
    return LB_OK;
}

lb_status
lb_compose_check(const lb_compose_options *options, const lb_slices *slices,
                 const lb_lesion_library *lesions, lb_error *err)
{
    lb_status status = LB_OK;
    size_t images[LB_SPLITS];
    LB_TRY(check_share("brain intensity", options->brain_intensity, err));
    LB_TRY(check_share("lesion intensity", options->lesion_intensity, err));
    LB_TRY(check_share("truth threshold", options->truth_threshold, err));
    for (int split = 0; split < LB_SPLITS; split++) {
        images[split] = lb_compose_images(options, slices, (lb_split)split);
    }
    LB_TRY(check_seeds(options, images, err));
    if (options->size < 8 || options->size > MAX_SIZE) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "cannot make images of size %zu: ask for 8 to %d",
                       options->size, (int)MAX_SIZE));
    }
    LB_TRY(check_lesions(options, lesions, err));
cleanup:
    return status;
}

lb_status
lb_compose_split(uint8_t *out, const lb_compose_options *options, const lb_slices *slices,
                 lb_error *err)
{
    double share[LB_SPLITS];
    for (int split = 0; split < LB_SPLITS; split++) {
        share[split] = (double)options->images[split];
    }
    return lb_split_subjects(out, slices, share, options->seed, err);
}
