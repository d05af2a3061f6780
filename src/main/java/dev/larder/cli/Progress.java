package dev.larder.cli;

/// What a person is told while bytes are on their way. Called by several threads.
interface Progress extends AutoCloseable {
  /// Nobody is told.
  Progress NONE =
      new Progress() {
        @Override
        public Transfer begin(String name, long bytes) {
          return moved -> {};
        }

        @Override
        public void tick() {}

        @Override
        public void end(Transfer transfer, String last) {}

        @Override
        public void close() {}
      };

  /// One file on its way.
  @FunctionalInterface
  interface Transfer {
    /// So many more bytes have left; negative if they have to be sent again.
    void moved(long bytes);
  }

  /// How a run tells of its progress: bars on a terminal, a line now and then in a log, nothing if
  /// it is to be quiet.
  ///
  /// @param files how many there will be
  /// @param bytes of all of them
  static Progress of(Session session, int files, long bytes) {
    Surroundings surroundings = session.surroundings();
    Options options = session.options();
    if (options.quiet) {
      return NONE;
    }
    Terminal terminal = surroundings.terminal();
    // A dumb terminal cannot move its cursor.
    return terminal.err() && !surroundings.variable("TERM").equals("dumb")
        ? new ProgressBars(
            surroundings.err(),
            Paint.of(options.color, surroundings.environment(), true).coloured(),
            terminal.width(),
            files,
            bytes)
        : new ProgressLines(surroundings, files, bytes);
  }

  /// A file begins.
  ///
  /// @param name for people
  /// @param bytes how many it has
  Transfer begin(String name, long bytes);

  /// Time has passed, perhaps without a byte; called about once a second.
  void tick();

  /// A file is done, or is given up.
  ///
  /// @param last what came of it, in a few words
  void end(Transfer transfer, String last);

  /// Nothing more will come; leaves the screen in order.
  @Override
  void close();
}
