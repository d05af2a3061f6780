/// The package listener: anonymous GET and HEAD over HTTP/1.1, nothing but bytes. Must not know how
/// an answer was found.
@NullMarked
package dev.larder.serve;

import org.jspecify.annotations.NullMarked;
