/* SPDX-License-Identifier: MIT */
/* What an image's seed decides, and where on the slice its lesions and distractors go. */
#include <string.h>

#include "composition.h"
#include "lesionbench/random.h"

/* Draws for one item before all are taken off again, and how often that is done. Where five boxes
 * fit at all, a draw mostly succeeds after some tens. */
enum { MAX_DRAWS = 10000, MAX_RESTARTS = 5 };

/* The first `wanted` of a shuffled list of n lesions. */
static void
pick(size_t *out, size_t wanted, size_t n, bool shuffle, lb_numpy_random *random, size_t *order)
{
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
    }
    if (shuffle) {
        lb_numpy_shuffle_list(random, order, n);
    }
    memcpy(out, order, wanted * sizeof *out);
}

/* What the study has not: distractors, polarities, and mixed shapes where they do not matter. */
static void
draw_extras(lb_image_spec *out, const lb_lesion_library *library, const lb_composition_rules *rules,
            size_t *order)
{
    lb_random random;
    lb_random_init(&random, rules->seed, LB_PURPOSE_SCENE, out->seed);
    bool plain = lb_random_uniform(&random) < rules->plain_share;
    out->items = out->count * (1 + (plain ? 0 : rules->distractors));
    for (size_t i = 0; i < out->count; i++) {
        out->shape[i] = (uint8_t)lb_random_below(&random, LB_CLASSES);
    }
    for (size_t i = 0; i < out->items; i++) {
        out->dark[i] = lb_random_below(&random, 2) == 1;
    }
    size_t kinds = library->count[LB_DISTRACTOR];
    for (size_t i = 0; i < kinds; i++) {
        order[i] = i;
    }
    lb_random_shuffle(&random, order, kinds);
    for (size_t i = out->count; i < out->items; i++) {
        out->distractors[i] = order[(i - out->count) % kinds];
    }
}

void
lb_image_spec_draw(lb_image_spec *out, uint32_t seed, const lb_lesion_library *library,
                   const lb_composition_rules *rules, size_t *order)
{
    lb_numpy_random random;
    lb_numpy_seed(&random, seed);
    out->seed = seed;
    out->count = (size_t)lb_numpy_randint(&random, (int64_t)rules->minimum_lesions,
                                          (int64_t)rules->maximum_lesions + 1);
    out->label = (uint8_t)lb_numpy_randint(&random, 0, 2);
    for (int shape = 0; shape < LB_CLASSES; shape++) {
        lb_numpy_random copy = random;
        pick(out->lesions[shape], out->count, library->count[shape],
             shape == LB_IRREGULAR || rules->shuffle_round, &copy, order);
    }
    draw_extras(out, library, rules, order);
}

const lb_lesion *
lb_image_spec_item(const lb_image_spec *spec, const lb_lesion_library *library,
                   const lb_composition_rules *rules, uint8_t label, size_t item)
{
    if (item >= spec->count) {
        return library->lesions[LB_DISTRACTOR] + spec->distractors[item];
    }
    size_t shape = rules->label_by_side ? spec->shape[item] : label;
    return library->lesions[shape] + spec->lesions[shape][item];
}

static void
make_table(lb_composition *composition)
{
    size_t columns = composition->width + 1;
    memset(composition->table, 0, columns * sizeof *composition->table);
    for (size_t y = 0; y < composition->height; y++) {
        const double *row = composition->slice + y * composition->width;
        const uint32_t *above = composition->table + y * columns;
        uint32_t *here = composition->table + (y + 1) * columns;
        uint32_t in_row = 0;
        here[0] = 0;
        for (size_t x = 0; x < composition->width; x++) {
            in_row += row[x] != 0;
            here[x + 1] = above[x + 1] + in_row;
        }
    }
    composition->has_table = true;
}

static bool
is_brain(const lb_composition *composition, const lb_box *box)
{
    size_t columns = composition->width + 1;
    const uint32_t *top = composition->table + box->top * columns + box->left;
    const uint32_t *bottom = top + box->height * columns;
    return bottom[box->width] - bottom[0] - (top[box->width] - top[0]) == box->height * box->width;
}

bool
lb_boxes_overlap(const lb_box *a, const lb_box *b)
{
    return a->top < b->top + b->height && b->top < a->top + a->height &&
           a->left < b->left + b->width && b->left < a->left + a->width;
}

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Lesions being put on a slice in the study's way: those before `count` have their boxes. */
typedef struct placing {
    const lb_composition *composition;
    const lb_composition_rules *rules;
    uint8_t label;
    lb_box *boxes;
    const lb_lesion *lesions[LB_MAX_LESIONS];
    size_t count;
    lb_numpy_random random;
} placing;

/* Whether a lesion on `box` takes a pixel of `other`. A lesion takes the pixels where its rescaled
 * values are above 0: its whole box where they start at 0.1, otherwise its own shape. So boxes may
 * lie one over another, and lesions may touch. */
static bool
takes_pixel(const lb_lesion *lesion, const lb_box *box, const lb_box *other, bool whole_box)
{
    double low, high;
    if (!lb_boxes_overlap(box, other)) {
        return false;
    }
    lb_find_range(&low, &high, lesion->mask, lesion->height * lesion->width);
    if (whole_box || high <= low) {
        return true;
    }
    size_t top = larger(box->top, other->top), left = larger(box->left, other->left);
    size_t bottom = smaller(box->top + box->height, other->top + other->height);
    size_t right = smaller(box->left + box->width, other->left + other->width);
    for (size_t y = top; y < bottom; y++) {
        const double *row = lesion->mask + (y - box->top) * box->width;
        for (size_t x = left; x < right; x++) {
            if (row[x - box->left] > low) {
                return true;
            }
        }
    }
    return false;
}

/* Whether every pixel of the box is brain that no lesion before took and, where the label goes by
 * side, the box is on that label's side. */
static bool
is_free(const placing *p, const lb_box *box)
{
    const lb_composition *composition = p->composition;
    if (box->top + box->height > composition->height ||
        box->left + box->width > composition->width || !is_brain(composition, box)) {
        return false;
    }
    if (p->rules->label_by_side &&
        (box->top + box->height / 2 > composition->middle_row) != p->label) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        if (takes_pixel(p->lesions[i], p->boxes + i, box, p->rules->faint_box)) {
            return false;
        }
    }
    return true;
}

static void
put_corner(lb_box *box, const lb_composition *composition, size_t brain_pixel)
{
    box->top = composition->brain[brain_pixel] / composition->width;
    box->left = composition->brain[brain_pixel] % composition->width;
}

static bool
fits_somewhere(const placing *p, lb_box box)
{
    size_t pixel = 0;
    for (; pixel < p->composition->brain_pixels; pixel++) {
        put_corner(&box, p->composition, pixel);
        if (is_free(p, &box)) {
            break;
        }
    }
    return pixel < p->composition->brain_pixels;
}

/* Draws corners until the box is free. The study never gives up; here it does where no place is. */
static bool
place_box(placing *p, lb_box *box)
{
    for (int draw = 0; draw < MAX_DRAWS; draw++) {
        put_corner(box, p->composition,
                   (size_t)lb_numpy_randint(&p->random, 0, (int64_t)p->composition->brain_pixels));
        if (is_free(p, box)) {
            return true;
        }
        if (p->rules->unbounded && draw == MAX_DRAWS - 1) {
            if (!fits_somewhere(p, *box)) {
                return false;
            }
            draw = 0;
        }
    }
    return false;
}

static bool
place_boxes(lb_box *boxes, lb_composition *composition, const lb_image_spec *spec,
            const lb_lesion_library *library, const lb_composition_rules *rules, uint8_t label)
{
    placing p = {.composition = composition, .rules = rules, .label = label, .boxes = boxes};
    if (!composition->has_table) {
        make_table(composition);
    }
    lb_numpy_seed(&p.random, spec->seed); /* again, as the study does */
    for (int start = 0; start < (rules->unbounded ? 1 : MAX_RESTARTS); start++) {
        for (p.count = 0; p.count < spec->count; p.count++) {
            const lb_lesion *lesion = lb_image_spec_item(spec, library, rules, label, p.count);
            lb_box *box = boxes + p.count;
            p.lesions[p.count] = lesion;
            box->height = lesion->height;
            box->width = lesion->width;
            if (!place_box(&p, box)) {
                break;
            }
        }
        if (p.count == spec->count) {
            return true;
        }
    }
    return false;
}

/* What an item needs: for a lesion, room for that of either label, one centred on the other. */
typedef struct placement {
    size_t height, width;
    size_t pixels; /* their offsets are in the scene */
} placement;

static void
join_footprint(const lb_composition *composition, placement *print, const lb_lesion *lesion)
{
    size_t top = (print->height - lesion->height) / 2, left = (print->width - lesion->width) / 2;
    for (size_t y = 0; y < lesion->height; y++) {
        for (size_t x = 0; x < lesion->width; x++) {
            if (lesion->mask[y * lesion->width + x] > 0) {
                composition->offsets[print->pixels++] =
                    (uint32_t)((top + y) * composition->width + left + x);
            }
        }
    }
}

static placement
footprint_of(const lb_composition *composition, const lb_image_spec *spec,
             const lb_lesion_library *library, const lb_composition_rules *rules, size_t item)
{
    const lb_lesion *one = lb_image_spec_item(spec, library, rules, 0, item);
    const lb_lesion *other = lb_image_spec_item(spec, library, rules, 1, item);
    placement print = {larger(one->height, other->height), larger(one->width, other->width), 0};
    if (print.height <= composition->height && print.width <= composition->width) {
        join_footprint(composition, &print, one);
        if (other != one) {
            join_footprint(composition, &print, other);
        }
    }
    return print;
}

static bool
placement_is_free(const lb_composition *composition, const placement *print, const lb_box *place)
{
    const uint8_t *corner = composition->occupied + place->top * composition->width + place->left;
    for (size_t i = 0; i < print->pixels; i++) {
        if (corner[composition->offsets[i]]) {
            return false;
        }
    }
    return true;
}

/* Takes the footprint's pixels and those that touch them. */
static void
take_footprint(lb_composition *composition, const placement *print, const lb_box *place)
{
    for (size_t i = 0; i < print->pixels; i++) {
        size_t y = place->top + composition->offsets[i] / composition->width;
        size_t x = place->left + composition->offsets[i] % composition->width;
        size_t bottom = y + 1 < composition->height ? y + 1 : y,
               right = x + 1 < composition->width ? x + 1 : x;
        for (size_t v = y > 0 ? y - 1 : 0; v <= bottom; v++) {
            for (size_t u = x > 0 ? x - 1 : 0; u <= right; u++) {
                composition->occupied[v * composition->width + u] = 1;
            }
        }
    }
}

/* Draws centres until the footprint is free. Boxes of lesions, which truth is measured in, are kept
 * apart; `lesions` are the places of those before, none for a distractor. */
static bool
place_footprint(lb_box *place, const lb_composition *composition, const placement *print,
                const lb_box *lesions, size_t count, bool any_side, uint8_t label,
                lb_random *random)
{
    *place = (lb_box){0, 0, print->height, print->width};
    if (print->pixels == 0) {
        return false;
    }
    for (int draw = 0; draw < MAX_DRAWS; draw++) {
        uint32_t centre =
            composition->brain[lb_random_below(random, (uint32_t)composition->brain_pixels)];
        size_t y = centre / composition->width, x = centre % composition->width;
        if (y < print->height / 2 || x < print->width / 2 ||
            y - print->height / 2 + print->height > composition->height ||
            x - print->width / 2 + print->width > composition->width ||
            (!any_side && (y > composition->middle_row) != label)) {
            continue;
        }
        place->top = y - print->height / 2;
        place->left = x - print->width / 2;
        size_t apart = 0;
        while (apart < count && !lb_boxes_overlap(place, lesions + apart)) {
            apart++;
        }
        if (apart == count && placement_is_free(composition, print, place)) {
            return true;
        }
    }
    return false;
}

/* The label's own box on a place. */
static lb_box
centred(const lb_box *place, const lb_lesion *lesion)
{
    return (lb_box){place->top + (place->height - lesion->height) / 2,
                    place->left + (place->width - lesion->width) / 2, lesion->height,
                    lesion->width};
}

/* One try at all items, in the given order. */
static bool
place_in_order(lb_box *boxes, lb_composition *composition, const lb_image_spec *spec,
               const lb_lesion_library *library, const lb_composition_rules *rules, uint8_t label,
               const size_t *order, lb_random *random)
{
    lb_box lesions[LB_MAX_LESIONS];
    size_t count = 0;
    for (size_t i = 0; i < composition->height * composition->width; i++) {
        composition->occupied[i] = composition->slice[i] == 0;
    }
    for (size_t i = 0; i < spec->items; i++) {
        lb_box place;
        bool lesion = order[i] < spec->count;
        placement print = footprint_of(composition, spec, library, rules, order[i]);
        if (!place_footprint(&place, composition, &print, lesions, lesion ? count : 0,
                             !lesion || !rules->label_by_side, label, random)) {
            return false;
        }
        take_footprint(composition, &print, &place);
        if (lesion) {
            lesions[count++] = place;
        }
        boxes[order[i]] =
            centred(&place, lb_image_spec_item(spec, library, rules, label, order[i]));
    }
    return true;
}

static bool
place_footprints(lb_box *boxes, lb_composition *composition, const lb_image_spec *spec,
                 const lb_lesion_library *library, const lb_composition_rules *rules, uint8_t label)
{
    lb_random random;
    size_t order[LB_MAX_ITEMS];
    lb_random_init(&random, rules->seed, LB_PURPOSE_PLACE, spec->seed);
    for (size_t i = 0; i < spec->items; i++) {
        order[i] = i;
    }
    lb_random_shuffle(&random, order, spec->items);
    for (int start = 0; start < MAX_RESTARTS; start++) {
        if (place_in_order(boxes, composition, spec, library, rules, label, order, &random)) {
            return true;
        }
    }
    return false;
}

bool
lb_composition_place(lb_box *boxes, lb_composition *composition, const lb_image_spec *spec,
                     const lb_lesion_library *library, const lb_composition_rules *rules,
                     uint8_t label)
{
    return rules->footprints ? place_footprints(boxes, composition, spec, library, rules, label)
                             : place_boxes(boxes, composition, spec, library, rules, label);
}
