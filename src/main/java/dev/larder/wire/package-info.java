/// Requests and responses of the REST API, shared by server and command line.
@NullMarked
package dev.larder.wire;

import org.jspecify.annotations.NullMarked;
