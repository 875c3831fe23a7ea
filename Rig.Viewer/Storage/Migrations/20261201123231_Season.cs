using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Rig.Viewer.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Season : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "location",
                table: "games",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "our_side",
                table: "games",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "pitch_length_m",
                table: "games",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "pitch_width_m",
                table: "games",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "correction_id",
                table: "game_events",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "is_hidden",
                table: "clips",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "game_corrections",
                columns: table => new
                {
                    game_id = table.Column<int>(type: "integer", nullable: false),
                    opponent = table.Column<string>(type: "text", nullable: true),
                    our_score = table.Column<int>(type: "integer", nullable: true),
                    their_score = table.Column<int>(type: "integer", nullable: true),
                    our_side = table.Column<string>(type: "text", nullable: true),
                    updated_by = table.Column<int>(type: "integer", nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("game_corrections_pkey", x => x.game_id);
                    table.ForeignKey(
                        name: "game_corrections_game_id_fkey",
                        column: x => x.game_id,
                        principalTable: "games",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "game_corrections_updated_by_fkey",
                        column: x => x.updated_by,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                });

            migrationBuilder.CreateTable(
                name: "moment_corrections",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    game_id = table.Column<int>(type: "integer", nullable: false),
                    origin_type = table.Column<string>(type: "text", nullable: true),
                    origin_seconds = table.Column<double>(type: "double precision", nullable: true),
                    is_removed = table.Column<bool>(type: "boolean", nullable: false),
                    event_type = table.Column<string>(type: "text", nullable: false),
                    timestamp_seconds = table.Column<double>(type: "double precision", nullable: false),
                    confidence = table.Column<double>(type: "double precision", nullable: false),
                    field_position_x = table.Column<double>(type: "double precision", nullable: true),
                    field_position_y = table.Column<double>(type: "double precision", nullable: true),
                    side = table.Column<string>(type: "text", nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    player_id = table.Column<int>(type: "integer", nullable: true),
                    updated_by = table.Column<int>(type: "integer", nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("moment_corrections_pkey", x => x.id);
                    table.ForeignKey(
                        name: "moment_corrections_game_id_fkey",
                        column: x => x.game_id,
                        principalTable: "games",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "moment_corrections_player_id_fkey",
                        column: x => x.player_id,
                        principalTable: "players",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                    table.ForeignKey(
                        name: "moment_corrections_updated_by_fkey",
                        column: x => x.updated_by,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                });

            migrationBuilder.CreateIndex(
                name: "game_events_correction_id_idx",
                table: "game_events",
                column: "correction_id");

            migrationBuilder.CreateIndex(
                name: "game_corrections_updated_by_idx",
                table: "game_corrections",
                column: "updated_by");

            migrationBuilder.CreateIndex(
                name: "moment_corrections_game_id_idx",
                table: "moment_corrections",
                column: "game_id");

            migrationBuilder.CreateIndex(
                name: "moment_corrections_player_id_idx",
                table: "moment_corrections",
                column: "player_id");

            migrationBuilder.CreateIndex(
                name: "moment_corrections_updated_by_idx",
                table: "moment_corrections",
                column: "updated_by");

            migrationBuilder.AddForeignKey(
                name: "game_events_correction_id_fkey",
                table: "game_events",
                column: "correction_id",
                principalTable: "moment_corrections",
                principalColumn: "id",
                onDelete: ReferentialAction.SetNull);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "game_events_correction_id_fkey",
                table: "game_events");

            migrationBuilder.DropTable(
                name: "game_corrections");

            migrationBuilder.DropTable(
                name: "moment_corrections");

            migrationBuilder.DropIndex(
                name: "game_events_correction_id_idx",
                table: "game_events");

            migrationBuilder.DropColumn(
                name: "location",
                table: "games");

            migrationBuilder.DropColumn(
                name: "our_side",
                table: "games");

            migrationBuilder.DropColumn(
                name: "pitch_length_m",
                table: "games");

            migrationBuilder.DropColumn(
                name: "pitch_width_m",
                table: "games");

            migrationBuilder.DropColumn(
                name: "correction_id",
                table: "game_events");

            migrationBuilder.DropColumn(
                name: "is_hidden",
                table: "clips");
        }
    }
}
