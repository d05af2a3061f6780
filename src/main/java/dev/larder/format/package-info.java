/// What a repository format is: the questions the mirror and the repositories ask of one. Knows no
/// HTTP, no disk layout, no particular format.
@NullMarked
package dev.larder.format;

import org.jspecify.annotations.NullMarked;
