/// The command line: a client of the REST API. Must not know the server's classes.
@NullMarked
package dev.larder.cli;

import org.jspecify.annotations.NullMarked;
