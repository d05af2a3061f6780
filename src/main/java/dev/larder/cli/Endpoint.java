package dev.larder.cli;

import java.net.URI;
import java.nio.file.Path;

/// A server on this machine, as its configuration describes it.
///
/// @param server base URL of the console, without a trailing slash
/// @param tokenFile where `larder serve` writes the token
public record Endpoint(URI server, Path tokenFile) {}
