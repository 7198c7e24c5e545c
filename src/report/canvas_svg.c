/* SPDX-License-Identifier: MIT */
/* cairo names the parts of an SVG by counters of the process. Here they are numbered within the
 * file, so that a figure has the same bytes whatever was drawn before it. */
#include <stdlib.h>
#include <string.h>

#include "lesionbench/grow.h"

#include "canvas_targets.h"

/* Numbers of cairo's in the order in which they appear. */
typedef struct numbering {
    unsigned long *seen;
    size_t count, capacity;
} numbering;

static lb_status
number_of(size_t *out, numbering *all, unsigned long number, lb_error *err)
{
    lb_status status = LB_OK;
    size_t place = 0;
    while (place < all->count && all->seen[place] != number) {
        place++;
    }
    if (place == all->count) {
        LB_GROW(all->seen, all->count, all->capacity);
        all->seen[all->count++] = number;
    }
    *out = place;
cleanup:
    return status;
}

/* The length of such a name at the start of the text, which a quotation mark or # precedes; 0 where
 * there is none. */
static size_t
counted_name(const char *text)
{
    static const char *const names[] = {"surface", "image", "source-"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(text, names[i], length) == 0) {
            size_t digits = strspn(text + length, "0123456789");
            return digits > 0 && strchr("\")", text[length + digits]) != NULL ? length : 0;
        }
    }
    return 0;
}

lb_status
canvas_svg_copy(FILE *stream, const char *svg, lb_error *err)
{
    lb_status status = LB_OK;
    numbering all = {.seen = NULL};
    while (*svg != '\0') {
        size_t plain = strcspn(svg, "\"#"), place = 0;
        plain += svg[plain] != '\0';
        fwrite(svg, 1, plain, stream); /* the caller sees its errors */
        svg += plain;
        size_t name = counted_name(svg);
        if (name > 0) {
            char *end = NULL;
            LB_TRY(number_of(&place, &all, strtoul(svg + name, &end, 10), err));
            fprintf(stream, "%.*s%zu", (int)name, svg, place);
            svg = end;
        }
    }
cleanup:
    lb_free(all.seen);
    return status;
}
