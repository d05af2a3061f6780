/// The REST API under `/api/v1` on the console listener.
@NullMarked
package dev.larder.api;

import org.jspecify.annotations.NullMarked;
