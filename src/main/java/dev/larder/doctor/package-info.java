/// `larder doctor`: looks at this machine, at what is kept on it, and at the upstreams.
@NullMarked
package dev.larder.doctor;

import org.jspecify.annotations.NullMarked;
