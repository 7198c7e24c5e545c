/* SPDX-License-Identifier: MIT */
/* What is asked of composing: defaults, what a protocol stands for, what cannot be. */
#include "composer.h"

#include <stdio.h>
#include <string.h>

#include "lesionbench/h5.h"

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
    lb_status status = lb_quirks_switch(&set, options->quirks, LB_ALL_QUIRKS, err);
    if (status == LB_OK) {
        *out = set;
    }
    return status;
}

lb_status
lb_compose_rules(lb_composition_rules *out, const lb_compose_options *options, lb_error *err)
{
    lb_quirk_set quirks = 0;
    bool fair = options->protocol == LB_PROTOCOL_FAIR;
    lb_status status = lb_compose_quirks(&quirks, options, err);
    if (status != LB_OK) {
        return status;
    }
    bool halo = lb_quirk_is_on(quirks, LB_QUIRK_TRUTH_FROM_RESIZED_HALO);
    *out = (lb_composition_rules){.size = options->size,
                                  .brain_intensity = options->brain_intensity,
                                  .lesion_intensity = options->lesion_intensity,
                                  .truth_threshold = halo ? 0 : options->truth_threshold,
                                  .minimum_lesions = options->minimum_lesions,
                                  .maximum_lesions = options->maximum_lesions,
                                  .distractors = fair ? options->distractors : 0,
                                  .plain_share = options->plain_share,
                                  .polarity = (lb_polarity)options->polarity,
                                  .label_by_side = options->label_by == LB_LABEL_BY_SIDE,
                                  .shuffle_round =
                                      !lb_quirk_is_on(quirks, LB_QUIRK_ROUND_NOT_SHUFFLED),
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
            if (images[a] > 0 && images[b] > 0 && first < other_end && other < end) {
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
    size_t fewest = round < irregular ? round : irregular, max = options->maximum_lesions;
    if (options->minimum_lesions == 0 || options->minimum_lesions > max || max > LB_MAX_LESIONS) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "cannot put %zu to %zu lesions on an image: ask for 1 to %d",
                       options->minimum_lesions, max, (int)LB_MAX_LESIONS);
    }
    if (max > fewest) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%zu lesions on an image need as many of each shape: the library has %zu "
                       "round and %zu irregular",
                       max, round, irregular);
    }
    if (options->protocol != LB_PROTOCOL_FAIR) {
        return LB_OK;
    }
    if (max * (1 + options->distractors) > LB_MAX_ITEMS) {
        return lb_fail(
            err, LB_ERROR_ARGUMENT,
            "cannot put %zu lesions with %zu distractors each on an image: %d at most in "
            "all",
            max, options->distractors, (int)LB_MAX_ITEMS);
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
    LB_TRY(check_share("share of plain images", options->plain_share, err));
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

/* An attribute that is one of the names. */
static lb_status
read_name(size_t *out, lb_h5 *file, const char *attribute, const char *const *names, lb_error *err)
{
    char *text = NULL;
    lb_status status = lb_h5_get_text(&text, file, "", attribute, err);
    if (status != LB_OK) {
        return status;
    }
    size_t found = 0;
    while (names[found] != NULL && strcmp(names[found], text) != 0) {
        found++;
    }
    if (names[found] != NULL) {
        *out = found;
    } else {
        status =
            lb_fail(err, LB_ERROR_FORMAT, "%s: unknown %s '%s'", lb_h5_path(file), attribute, text);
    }
    lb_free(text);
    return status;
}

static lb_status
read_size(size_t *out, lb_h5 *file, const char *object, const char *attribute, lb_error *err)
{
    double value = 0;
    lb_status status = lb_h5_get_number(&value, file, object, attribute, err);
    if (status == LB_OK && !(value >= 0 && value <= (double)UINT32_MAX)) {
        status = lb_fail(err, LB_ERROR_FORMAT, "%s: attribute '%s' is %g", lb_h5_path(file),
                         attribute, value);
    }
    if (status == LB_OK) {
        *out = (size_t)value;
    }
    return status;
}

/* Each data quirk as NAME=on or NAME=off, as the file has it. */
static lb_status
read_quirks(char **out, lb_h5 *file, lb_error *err)
{
    lb_status status = LB_OK;
    lb_quirk_set set = 0;
    char *names = NULL, *list = NULL;
    LB_TRY(lb_h5_get_text(&names, file, "", "quirks", err));
    LB_TRY(lb_quirks_switch(&set, names, LB_ALL_QUIRKS, err));
    for (size_t q = 0; q < LB_QUIRKS; q++) {
        if ((LB_DATA_QUIRKS & LB_QUIRK_BIT(q)) != 0) {
            char *longer =
                lb_format(err, "%s%s%s=%s", list != NULL ? list : "", list != NULL ? "," : "",
                          lb_quirk_name(q), lb_quirk_is_on(set, (lb_quirk)q) ? "on" : "off");
            LB_TRY(longer == NULL ? err->code : LB_OK);
            lb_free(list);
            list = longer;
        }
    }
    *out = list;
    list = NULL;
cleanup:
    lb_free(list);
    lb_free(names);
    return status;
}

static lb_status
read_splits(lb_compose_options *out, lb_h5 *file, lb_error *err)
{
    lb_status status = LB_OK;
    for (int split = 0; split < LB_SPLITS; split++) {
        const char *group = lb_split_name((lb_split)split);
        size_t rank = 0, shape[LB_MAX_RANK], seed = 0;
        char name[32];
        snprintf(name, sizeof name, "%s/image", group);
        LB_TRY(lb_h5_shape(&rank, shape, file, name, err));
        LB_TRY(read_size(&seed, file, group, "first_seed", err));
        out->images[split] = rank == 3 ? shape[0] : 0;
        out->size = rank == 3 ? shape[1] : 0;
        out->first_seed[split] = (uint32_t)seed;
    }
cleanup:
    return status;
}

lb_status
lb_compose_options_read(lb_compose_options *out, char **quirks, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    size_t seed = 0;
    lb_compose_options options;
    char *list = NULL;
    lb_compose_defaults(&options);
    LB_TRY(lb_h5_open(&file, path, "dataset", err));
    LB_TRY(read_splits(&options, file, err));
    LB_TRY(read_name(&options.protocol, file, "protocol", LB_PROTOCOLS, err));
    LB_TRY(read_name(&options.polarity, file, "polarity", LB_POLARITIES, err));
    LB_TRY(read_name(&options.label_by, file, "label_by", LB_LABEL_RULES, err));
    LB_TRY(lb_h5_get_number(&options.brain_intensity, file, "", "brain_intensity", err));
    LB_TRY(lb_h5_get_number(&options.lesion_intensity, file, "", "lesion_intensity", err));
    LB_TRY(lb_h5_get_number(&options.truth_threshold, file, "", "truth_threshold", err));
    LB_TRY(read_size(&options.minimum_lesions, file, "", "minimum_lesions", err));
    LB_TRY(read_size(&options.maximum_lesions, file, "", "maximum_lesions", err));
    LB_TRY(read_size(&options.distractors, file, "", "distractors", err));
    LB_TRY(lb_h5_get_number(&options.plain_share, file, "", "plain_share", err));
    LB_TRY(read_size(&seed, file, "", "seed", err));
    LB_TRY(read_quirks(&list, file, err));
    options.seed = seed;
    options.quirks = list;
    *out = options;
    *quirks = list;
cleanup:
    lb_h5_close(file);
    return status;
}
