/// What to write into a client's configuration so that it uses a mirror or repository, and by which
/// address. Knows the clients' files; must not know mirrors, listeners or how it is shown.
@NullMarked
package dev.larder.snippet;

import org.jspecify.annotations.NullMarked;
