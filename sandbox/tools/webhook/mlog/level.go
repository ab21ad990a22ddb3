package mlog

import (
	"context"
	"fmt"
	"log/slog"
)

// LogLevel says how much is written; each level includes the ones before it.
type LogLevel string

// The levels, from the quietest. LevelWarning is what an unset --log-level means.
const (
	LevelWarning LogLevel = ""
	LevelInfo    LogLevel = "info"
	LevelDebug   LogLevel = "debug"
	LevelTrace   LogLevel = "trace"
	LevelAll     LogLevel = "all"
)

// LogFormat is the shape of a line.
type LogFormat string

// FormatJSON is the one format: one JSON object a line.
const FormatJSON LogFormat = "json"

// LogSpec is what the webhook's flags say about logging.
type LogSpec struct {
	Level  LogLevel
	Format LogFormat
}

// slogLevels maps each level to the lowest slog level that it lets through. logr's V(n) arrives as slog level -n.
var slogLevels = map[LogLevel]slog.Level{
	LevelWarning: slog.LevelWarn,
	LevelInfo:    slog.LevelInfo,
	LevelDebug:   slog.LevelDebug,
	LevelTrace:   slog.LevelDebug - 4,
	LevelAll:     slog.LevelDebug - 100,
}

var threshold slog.LevelVar

func init() { threshold.Set(slog.LevelInfo) }

// ValidateAndSetLogLevelAndFormatGlobally sets the level of every logger, made already or later.
func ValidateAndSetLogLevelAndFormatGlobally(_ context.Context, spec LogSpec) error {
	level, known := slogLevels[spec.Level]
	if !known {
		return fmt.Errorf("log level %q is not one of: unset, info, debug, trace, all", spec.Level)
	}
	if spec.Format != FormatJSON {
		return fmt.Errorf("log format %q is not %q", spec.Format, FormatJSON)
	}
	threshold.Set(level)
	return nil
}

// Enabled tells whether lines of the given level are written.
func Enabled(level LogLevel) bool {
	lowest, known := slogLevels[level]
	return known && root.slog.Enabled(context.Background(), lowest)
}

func nameOf(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return "error"
	case level >= slog.LevelWarn:
		return "warning"
	case level >= slog.LevelInfo:
		return "info"
	case level >= slog.LevelDebug:
		return "debug"
	default:
		return "trace"
	}
}
