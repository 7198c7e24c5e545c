/* SPDX-License-Identifier: MIT */
#include "colour.h"

static uint8_t
mix(uint8_t a, uint8_t b, double part)
{
    return (uint8_t)(a + (b - a) * part + 0.5);
}

colour
colour_map(double value)
{
    static const colour stops[] = {{4, 12, 30},    {13, 42, 92},   {64, 84, 118},  {129, 126, 118},
                                   {196, 170, 92}, {246, 215, 76}, {255, 250, 214}};
    enum { LAST = sizeof stops / sizeof *stops - 1 };
    double at = (value > 0 ? (value < 1 ? value : 1) : 0) * LAST;
    size_t below = at >= LAST ? LAST - 1 : (size_t)at;
    double part = at - (double)below;
    const colour *a = &stops[below], *b = &stops[below + 1];
    return (colour){mix(a->r, b->r, part), mix(a->g, b->g, part), mix(a->b, b->b, part)};
}

colour
colour_of_class(size_t label)
{
    static const colour round = {86, 180, 233}, irregular = {230, 159, 0};
    return label == 0 ? round : irregular;
}

const char *
colour_of_corpus(size_t corpus)
{
    static const char *const names[] = {"#0072B2", "#E69F00", "#009E73", "#CC79A7"};
    return names[corpus % (sizeof names / sizeof *names)];
}

const char *
ink_of_corpus(size_t corpus)
{
    static const char *const names[] = {"#003F66", "#7A5200", "#00543D", "#6B3A57"};
    return names[corpus % (sizeof names / sizeof *names)];
}

int
point_of_corpus(size_t corpus)
{
    static const int shapes[] = {7, 5, 9, 13}; /* disc, square, triangle, diamond */
    return shapes[corpus % (sizeof shapes / sizeof *shapes)];
}
