package dev.larder.cli;

import org.jspecify.annotations.Nullable;

/// What every command works with: the server, once it asks for it, and the way results are shown.
/// Valid for one run.
final class Session implements AutoCloseable {
  private final Options options;
  private final Surroundings surroundings;
  private final ThisMachine machine;
  private @Nullable ConsoleClient client;
  private @Nullable Destination destination;

  Session(Options options, Surroundings surroundings, ThisMachine machine) {
    this.options = options;
    this.surroundings = surroundings;
    this.machine = machine;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  Options options() {
    return options;
  }

  Output output() {
    return Output.of(options, surroundings);
  }

  Destination destination() {
    if (destination == null) {
      destination = Destination.of(options, surroundings, machine);
    }
    return destination;
  }

  ConsoleClient client() {
    if (client == null) {
      client = new ConsoleClient(destination());
    }
    return client;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }
}
