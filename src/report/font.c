/* SPDX-License-Identifier: MIT */
/* A small font of strokes, drawn for this project: no font library is needed, and text keeps smooth
 * at any size. A glyph is its width, then strokes; a stroke is a list of points, each two
 * hexadecimal digits x y with y upwards: 0 descender, 3 baseline, 8 small letters, b capitals.
 * '~' makes a stroke a smooth curve guided by its points, '@' a closed one. */
#include "canvas.h"

#include <string.h>

enum { CAPITAL = 8, BASELINE = 3, GAP = 2, MAX_POINTS = 16, SMOOTHING = 3 };

static const char *const glyphs[128] = {
    [' '] = "2",
    ['('] = "2~2c090521",
    [')'] = "2~0c292501",
    ['+'] = "40646 2824",
    [','] = "11302",
    ['-'] = "30636",
    ['.'] = "21313",
    ['/'] = "3023c",
    [':'] = "11313 1717",
    ['='] = "40545 0848",
    ['_'] = "40242",
    ['0'] = "5@030b5b53",
    ['1'] = "3092b23",
    ['2'] = "5~0a0b5b5703 0353",
    ['3'] = "5~0a0b5b5727 ~2757530304",
    ['4'] = "54b0555 4b43",
    ['5'] = "55b0b07 ~0758530304",
    ['6'] = "5~4b0b05 @03085853",
    ['7'] = "50b5b23",
    ['8'] = "5@070b5b57 @03075753",
    ['9'] = "5@060b5b56 ~595313",
    ['A'] = "6033b63 1656",
    ['B'] = "6030b ~0b5b5707 ~07676303",
    ['C'] = "6~6a6b0b036364",
    ['D'] = "6030b ~0b6b6303",
    ['E'] = "55b0b0353 0747",
    ['F'] = "55b0b03 0747",
    ['G'] = "6~6a6b0b036366 6646",
    ['H'] = "60b03 6b63 0767",
    ['I'] = "00b03",
    ['J'] = "4~4b46430304",
    ['K'] = "50b03 5b06 2853",
    ['L'] = "50b0353",
    ['M'] = "6030b356b63",
    ['N'] = "6030b636b",
    ['O'] = "7@030b7b73",
    ['P'] = "5030b ~0b5b5606",
    ['Q'] = "7@030b7b73 5572",
    ['R'] = "5030b ~0b5b5606 3653",
    ['S'] = "5~5a5b0b0856530304",
    ['T'] = "60b6b 3b33",
    ['U'] = "6~0b060363666b",
    ['V'] = "60b336b",
    ['W'] = "80b234b638b",
    ['X'] = "60b63 036b",
    ['Y'] = "60b37 6b37 3733",
    ['Z'] = "50b5b0353",
    ['a'] = "5@03085853 5853",
    ['b'] = "5@03085853 0b03",
    ['c'] = "5~575808035354",
    ['d'] = "5@03085853 5b53",
    ['e'] = "50656 ~565808035354",
    ['f'] = "3~13191b3b 0838",
    ['g'] = "5@03085853 ~5852500001",
    ['h'] = "50b03 ~0608585653",
    ['i'] = "00803 0b0b",
    ['j'] = "1~18121000 1b1b",
    ['k'] = "40b03 4805 1643",
    ['l'] = "00b03",
    ['m'] = "80803 ~0608484643 ~4648888683",
    ['n'] = "50803 ~0608585653",
    ['o'] = "5@03085853",
    ['p'] = "5@03085853 0800",
    ['q'] = "5@03085853 5850",
    ['r'] = "30803 ~060838",
    ['s'] = "4~4748080645430304",
    ['t'] = "3~1b151333 0838",
    ['u'] = "5~0805035355 5853",
    ['v'] = "4082348",
    ['w'] = "60813385368",
    ['x'] = "40843 0348",
    ['y'] = "40823 4810",
    ['z'] = "408480343",
};
static const char unknown[] = "4030b4b4303";

typedef struct point {
    double x, y;
} point;

static unsigned
digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

static const char *
glyph_of(char c)
{
    unsigned char code = (unsigned char)c;
    return code < 128 && glyphs[code] != NULL ? glyphs[code] : unknown;
}

/* Chaikin, An algorithm for high-speed curve generation, 1974: cuts every corner; open curves keep
 * their ends. out holds twice the points. */
static size_t
cut_corners(point *out, const point *in, size_t n, bool closed)
{
    size_t count = 0;
    if (!closed) {
        out[count++] = in[0];
    }
    for (size_t i = 0; i < (closed ? n : n - 1); i++) {
        point a = in[i], b = in[(i + 1) % n];
        bool first = !closed && i == 0, last = !closed && i == n - 2;
        if (!first) {
            out[count++] = (point){0.75 * a.x + 0.25 * b.x, 0.75 * a.y + 0.25 * b.y};
        }
        if (!last) {
            out[count++] = (point){0.25 * a.x + 0.75 * b.x, 0.25 * a.y + 0.75 * b.y};
        }
    }
    if (!closed) {
        out[count++] = in[n - 1];
    }
    return count;
}

/* Draws one stroke and returns what follows it. x and y are the glyph's origin. */
static const char *
draw_stroke(canvas *picture, const char *stroke, double x, double y, double unit, colour ink)
{
    point points[2][MAX_POINTS << SMOOTHING];
    bool closed = *stroke == '@', smooth = closed || *stroke == '~';
    size_t n = 0, current = 0;
    for (stroke += smooth; *stroke != '\0' && *stroke != ' ' && n < MAX_POINTS; stroke += 2) {
        points[0][n++] = (point){digit(stroke[0]), digit(stroke[1])};
    }
    for (int pass = 0; smooth && pass < SMOOTHING; pass++) {
        n = cut_corners(points[1 - current], points[current], n, closed);
        current = 1 - current;
    }
    const point *p = points[current];
    for (size_t i = 0; i + 1 < n + closed; i++) {
        point a = p[i], b = p[(i + 1) % n];
        segment line = {x + unit * a.x, y - unit * (a.y - BASELINE), x + unit * b.x,
                        y - unit * (b.y - BASELINE)};
        canvas_line(picture, line, 1.05 * unit, ink);
    }
    return *stroke == ' ' ? stroke + 1 : stroke;
}

void
canvas_text(canvas *picture, double x, double y, double size, const char *text, colour ink)
{
    double unit = size / CAPITAL;
    for (; *text != '\0'; text++) {
        const char *glyph = glyph_of(*text);
        for (const char *stroke = glyph + 1; *stroke != '\0';) {
            stroke = draw_stroke(picture, stroke, x, y, unit, ink);
        }
        x += unit * (digit(glyph[0]) + GAP);
    }
}

double
canvas_text_width(double size, const char *text)
{
    unsigned units = 0;
    for (; *text != '\0'; text++) {
        units += digit(glyph_of(*text)[0]) + GAP;
    }
    return units > 0 ? size / CAPITAL * (units - GAP) : 0;
}
