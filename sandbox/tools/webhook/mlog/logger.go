// Package mlog is a small logging package with the names that azure-workload-identity's webhook (v1.6.0) imports from
// monis.app/mlog. The set-up builds the webhook with `replace monis.app/mlog => ./mlog`, because that module's source is
// not served by every module proxy. It writes one JSON object a line to standard error, by way of log/slog.
package mlog

import (
	"context"
	"log/slog"
	"os"

	"github.com/go-logr/logr"
)

// Logger writes lines under a name, with key-value pairs that every line repeats.
type Logger struct {
	name string
	slog *slog.Logger
}

var root = &Logger{slog: slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{
	Level: &threshold,
	ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
		if len(groups) == 0 && attr.Key == slog.LevelKey {
			if level, ok := attr.Value.Any().(slog.Level); ok {
				return slog.String(slog.LevelKey, nameOf(level))
			}
		}
		return attr
	},
}))}

// New returns the root logger.
func New() *Logger { return root }

// WithName returns a logger whose name is the given one behind a dot of its own name.
func (l *Logger) WithName(name string) *Logger {
	if l.name != "" {
		name = l.name + "." + name
	}
	return &Logger{name: name, slog: l.slog}
}

// WithValues returns a logger that adds the given key-value pairs to each of its lines.
func (l *Logger) WithValues(keysAndValues ...any) *Logger {
	return &Logger{name: l.name, slog: l.slog.With(keysAndValues...)}
}

// Error is written at every level.
func (l *Logger) Error(message string, err error, keysAndValues ...any) {
	l.write(slog.LevelError, message, append([]any{"error", err}, keysAndValues...))
}

// Warning is written at every level.
func (l *Logger) Warning(message string, keysAndValues ...any) {
	l.write(slog.LevelWarn, message, keysAndValues)
}

// Info is written at LevelInfo and above.
func (l *Logger) Info(message string, keysAndValues ...any) {
	l.write(slog.LevelInfo, message, keysAndValues)
}

// Debug is written at LevelDebug and above.
func (l *Logger) Debug(message string, keysAndValues ...any) {
	l.write(slog.LevelDebug, message, keysAndValues)
}

func (l *Logger) write(level slog.Level, message string, keysAndValues []any) {
	if l.name != "" {
		keysAndValues = append([]any{"logger", l.name}, keysAndValues...)
	}
	l.slog.Log(context.Background(), level, message, keysAndValues...)
}

// Fatal writes the error and ends the process with status 1.
func Fatal(err error, keysAndValues ...any) {
	root.Error("fatal error", err, keysAndValues...)
	os.Exit(1)
}

// Setup returns what is to run when the program ends. Nothing is buffered here, so there is nothing to flush.
func Setup() func() { return func() {} }

// Logr returns the root logger in the form that controller-runtime takes.
func Logr() logr.Logger { return logr.FromSlogHandler(root.slog.Handler()) }
