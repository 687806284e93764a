"""The interactive corridor map; folium lives only here."""
